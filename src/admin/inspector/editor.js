import { call } from './api.js';
import { FUNCTION } from './constants.js';
import { byId } from './dom.js';
import { isExact, parse, pretty } from './exact.js';

/** Characters of a value that a note shows. */
const MAX_SHOWN = 200;

/** @param {number} rev of what is there now; 0 = nothing @param {unknown} value */
const nowOf = (rev, value) =>
  rev === 0 ? 'deleted' : `changed to ${JSON.stringify(value).slice(0, MAX_SHOWN)}`;

/** Asks whether to delete an item. @param {string} id @returns {Promise<boolean>} */
function confirmed(id) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'));
  byId('confirm-id').textContent = id;
  byId('confirm-id').title = id;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true });
  });
}

/** The form that writes one item. */
export class Editor {
  /** @type {string | undefined} the stored text that the form was filled from */
  #base;
  /** @type {number | undefined} the rev that saving is decided on; undefined where nobody sequences the group */
  #rev;
  /** @type {string | undefined} */
  #id;

  /** @param {import('./group.js').GroupView} view */
  constructor(view) {
    this.view = view;
    this.form = byId('editor');
    this.id = byId('editor-id');
    this.value = byId('editor-value');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#run(() => this.#save());
    });
    byId('editor-merge').addEventListener('click', () => this.#run(() => this.#merge()));
    byId('editor-delete').addEventListener('click', () => this.#run(() => this.#delete()));
    byId('editor-close').addEventListener('click', () => this.close());
    this.form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
    byId('new-item').addEventListener('click', () => this.open(undefined));
    const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'));
    byId('confirm-delete').addEventListener('click', () => dialog.close('delete'));
    byId('confirm-keep').addEventListener('click', () => dialog.close());
  }

  /** @param {string | undefined} id undefined: a new item */
  open(id) {
    this.#id = id;
    const item = id === undefined ? undefined : this.view.items.get(id);
    this.#base = item?.text;
    this.#rev = item === undefined ? this.#revOfNone() : item.rev || undefined;
    byId('editor-title').textContent = id === undefined ? 'New item' : 'Edit item';
    this.id.value = id ?? '';
    this.id.readOnly = id !== undefined;
    this.value.value = this.#base === undefined ? '{\n  \n}' : pretty(this.#base);
    for (const button of ['editor-merge', 'editor-delete']) byId(button).hidden = id === undefined;
    const rounds = !isExact && /\d{16}/.test(this.#base ?? '');
    this.#note(rounds ? 'This browser rounds great numbers: saving may change them.' : '', rounds);
    this.form.hidden = false;
    this.view.markOpen(id);
    this.form.scrollIntoView({ block: 'nearest' });
    (id === undefined ? this.id : this.value).focus();
  }

  close() {
    this.form.hidden = true;
    this.view.markOpen(undefined);
    if (!this.view.focusOn(this.#id)) byId('new-item').focus();
  }

  /** The item changed on the server. What somebody is typing stays. @param {string} id */
  changed(id, item) {
    if (this.form.hidden || id !== this.#id) return;
    if (item === undefined) {
      this.#rev = this.#revOfNone();
      this.#note('The item was deleted; saving creates it again.');
      return;
    }
    const untouched = this.#base !== undefined && this.value.value === pretty(this.#base);
    if (untouched) this.value.value = pretty(item.text);
    if (untouched || this.value.value === pretty(item.text)) {
      this.#base = item.text;
      this.#rev = item.rev || undefined;
    } else if (item.text !== this.#base) this.#note('The item changed meanwhile; saving shows that first.');
  }

  async #save() {
    const text = this.#json();
    const id = this.id.value;
    const fields = this.#rev === undefined ? {} : { if_rev: this.#rev };
    const { outcome, rev, new_value } = await call(
      FUNCTION.set,
      { ...this.#address(id), ...fields },
      { data: text },
    );
    if (outcome === 'conflict') {
      this.#rev = rev;
      this.#note(`Not saved: the item was ${nowOf(rev, new_value)}. Saving again overwrites that.`, true);
      return;
    }
    this.#id = id;
    this.#rev = rev;
    this.#base = JSON.stringify(parse(text));
    this.id.readOnly = true;
    for (const button of ['editor-merge', 'editor-delete']) byId(button).hidden = false;
    byId('editor-title').textContent = 'Edit item';
    this.view.markOpen(id);
    this.#note('Saved.');
  }

  async #merge() {
    const ops = `[{"type":"merge","path":"","value":${this.#json()}}]`;
    const { errors } = await call(FUNCTION.update, this.#address(this.id.value), { ops });
    if (errors?.length) throw new Error(errors[0].message);
    this.#note('Merged.');
  }

  /** Of the item that is shown: one that changed meanwhile is shown first. */
  async #delete() {
    const id = this.id.value;
    const fields = this.#rev === undefined ? {} : { if_rev: this.#rev };
    if (!(await confirmed(id))) return;
    const { outcome, rev, old_value } = await call(FUNCTION.delete, { ...this.#address(id), ...fields });
    if (outcome === 'conflict') {
      this.#rev = rev;
      this.#note(`Not deleted: the item was ${nowOf(rev, old_value)}. Deleting again deletes that.`, true);
      return;
    }
    this.close();
  }

  /** What a missing item is decided on: only groups with seqs know conditions. */
  #revOfNone() {
    for (const { rev } of this.view.items.values()) if (rev > 0) return 0;
    return undefined;
  }

  /** @param {string} item_id */
  #address(item_id) {
    return { stream_name: this.view.stream, group_id: this.view.group, item_id };
  }

  /** The text as typed: parsing would round great numbers. */
  #json() {
    JSON.parse(this.value.value);
    return this.value.value;
  }

  /** @param {() => Promise<void>} act */
  async #run(act) {
    try {
      await act();
    } catch (error) {
      this.#note(error instanceof SyntaxError ? `Not JSON: ${error.message}` : error.message, true);
    }
  }

  /** @param {string} text @param {boolean} [bad] */
  #note(text, bad = false) {
    const note = byId('editor-note');
    note.textContent = text;
    note.classList.toggle('bad', bad);
  }
}
