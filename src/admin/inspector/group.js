import { read } from './api.js';
import { byId, duration, make } from './dom.js';
import { Subscription } from './live.js';

/** Rows shown; the filter finds the others. */
const MAX_ROWS = 500;
const MAX_PREVIEW = 400;
const MAX_EVENTS = 50;
const GONE_MS = 500;

/** @typedef {{ id: string, rev?: number, changed?: number, text: string, row?: HTMLTableRowElement }} Item */

/** The open group: a copy made of nothing but what the subscription brought. */
export class GroupView {
  /** @type {Map<string, Item>} */
  items = new Map();
  /** @type {Subscription | undefined} */
  #subscription;
  #events = 0;
  #isLearning = false;
  /** @type {string | undefined} */
  openId;

  /** @param {{ open(id: string): void, changed(id: string, item: Item | undefined): void }} listener */
  constructor(listener) {
    this.listener = listener;
    this.body = byId('items').querySelector('tbody');
    byId('item-filter').addEventListener('input', () => this.#renderAll());
    setInterval(() => this.#renderAges(), 1_000);
  }

  /** @param {string} stream @param {string} group */
  show(stream, group) {
    this.#subscription?.stop();
    this.stream = stream;
    this.group = group;
    this.items.clear();
    this.#events = 0;
    this.#isLearning = false;
    byId('events').hidden = true;
    byId('events-list').replaceChildren();
    byId('group-name').textContent = `${stream} / ${group}`;
    for (const id of ['item-filter', 'new-item']) byId(id).disabled = false;
    this.#renderAll();
    this.#subscription = new Subscription(stream, group, {
      sync: (items) => this.#sync(items),
      changed: (item, isNow) => this.#changed(item, isNow),
      removed: (id) => this.#remove(id),
      event: (event) => this.#event(event),
      state: (text) => {
        byId('group-state').textContent = text;
      },
    });
  }

  #changed({ id, rev, data }, isNow) {
    this.#put({ id, rev, changed: isNow ? Date.now() : undefined, text: JSON.stringify(data) });
    if (!isNow) this.#learnAges();
  }

  #sync(list) {
    this.items.clear();
    for (const { id, rev, data } of list) this.items.set(id, { id, rev, text: JSON.stringify(data) });
    this.#renderAll();
    for (const id of this.items.keys()) this.listener.changed(id, this.items.get(id));
    this.#learnAges();
  }

  /** A sync does not say when its items changed, nor does what is learned late. */
  async #learnAges() {
    if (this.#isLearning) return;
    this.#isLearning = true;
    const { stream, group } = this;
    const answer = await read(`/api/items?${new URLSearchParams({ stream, group, values: '0' })}`).finally(
      () => {
        this.#isLearning = false;
      },
    );
    if (this.stream !== stream || this.group !== group) return;
    for (const { id, rev, timestamp } of answer.items) {
      const item = this.items.get(id);
      if (item !== undefined && item.rev === rev) item.changed ??= timestamp;
    }
    this.#renderAges();
  }

  /** @param {Item} item */
  #put(item) {
    const old = this.items.get(item.id);
    item.row = old?.row;
    this.items.set(item.id, item);
    if (item.row === undefined && this.#isShown(item) && this.body.rows.length < MAX_ROWS) {
      item.row = this.#newRow(item);
      this.body.append(item.row);
    }
    if (item.row !== undefined) {
      this.#fill(item.row, item);
      flash(item.row);
    }
    this.#note();
    this.listener.changed(item.id, item);
  }

  /** @param {string} id */
  #remove(id) {
    const row = this.items.get(id)?.row;
    this.items.delete(id);
    if (row !== undefined) {
      row.classList.remove('fresh');
      row.classList.add('gone');
      row.inert = true;
      setTimeout(() => row.remove(), GONE_MS);
    }
    this.#note();
    this.listener.changed(id, undefined);
  }

  #event({ timestamp, id, type, data }) {
    this.#events += 1;
    byId('events').hidden = false;
    byId('events-count').textContent = String(this.#events);
    const to = id === null ? '' : ` → ${id}`;
    const text = `${new Date(timestamp).toLocaleTimeString()} ${type}${to} ${JSON.stringify(data)}`;
    const list = byId('events-list');
    list.prepend(make('li', '', cut(text)));
    while (list.children.length > MAX_EVENTS) list.lastElementChild?.remove();
  }

  /** Marks the item that is being edited. @param {string | undefined} id */
  markOpen(id) {
    if (this.openId !== undefined) this.items.get(this.openId)?.row?.classList.remove('open');
    this.openId = id;
    if (id !== undefined) this.items.get(id)?.row?.classList.add('open');
  }

  #isShown({ id, text }) {
    const filter = byId('item-filter').value.toLowerCase();
    return filter === '' || id.toLowerCase().includes(filter) || text.toLowerCase().includes(filter);
  }

  #renderAll() {
    const rows = [];
    for (const item of this.items.values()) {
      item.row = undefined;
      if (rows.length >= MAX_ROWS || !this.#isShown(item)) continue;
      item.row = this.#newRow(item);
      this.#fill(item.row, item);
      rows.push(item.row);
    }
    this.body.replaceChildren(...rows);
    this.#note();
  }

  #note() {
    const total = this.items.size;
    const shown = this.body.querySelectorAll('tr:not(.gone)').length;
    const count = `${total} item${total === 1 ? '' : 's'}`;
    const hint = this.stream === undefined ? 'Choose a group to see its items live.' : '';
    byId('items-note').textContent =
      hint || (total === 0 ? 'The group is empty.' : shown < total ? `${shown} of ${count} shown` : count);
  }

  #newRow(item) {
    const row = /** @type {HTMLTableRowElement} */ (make('tr', item.id === this.openId ? 'open' : ''));
    const cell = make('td', 'id');
    const button = make('button', '', item.id);
    button.type = 'button';
    button.addEventListener('click', () => this.listener.open(item.id));
    cell.append(button);
    row.append(cell, make('td', 'num'), make('td', 'num'), make('td', 'value'));
    return row;
  }

  #fill(row, item) {
    row.cells[1].textContent = item.rev ? String(item.rev) : '–';
    row.cells[2].textContent = age(item);
    row.cells[3].textContent = cut(item.text);
  }

  #renderAges() {
    for (const item of this.items.values()) if (item.row) item.row.cells[2].textContent = age(item);
  }
}

const age = ({ changed }) => (changed === undefined ? '–' : duration(Date.now() - changed));
const cut = (text) => (text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text);

function flash(row) {
  row.classList.remove('fresh');
  // Reading a size makes the browser notice the class went, so that it starts the animation again.
  void row.offsetWidth;
  row.classList.add('fresh');
}
