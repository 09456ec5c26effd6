import { read, whyNot } from './api.js';
import { byId, counted, make, number } from './dom.js';
import { Subscription } from './live.js';
import { cut, fillRow, flash, rowOf, showAge } from './rows.js';

/** Rows that are shown at first. */
const FIRST = 200;
/** Rows that each press of the button adds. */
const MORE = 1_000;
const MAX_EVENTS = 50;
const GONE_MS = 500;
/** Milliseconds after a change until it is asked how long items live, and items beyond which it is not. */
const LEARN_MS = 1_000;
const MAX_LEARNED = 1_000;

/** @typedef {import('./rows.js').Item} Item */

/** The open group: a copy made of nothing but what the subscription brought. */
export class GroupView {
  /** @type {Map<string, Item>} */
  items = new Map();
  /** @type {Subscription | undefined} */
  #subscription;
  #events = 0;
  #isLearning = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #learning;
  /** Whether `items` are the group's, or nothing is known of it yet. */
  #isKnown = false;
  /** Why nothing is known, or nothing new. */
  #state = '';
  #room = FIRST;
  #rows = 0;
  #isNoteDue = false;
  /** @type {string | undefined} */
  openId;

  /** @param {{ open(id: string): void, changed(id: string, item: Item | undefined): void }} listener */
  constructor(listener) {
    this.listener = listener;
    this.body = byId('items').querySelector('tbody');
    byId('item-filter').addEventListener('input', () => this.#renderAll());
    byId('more-items').addEventListener('click', () => {
      this.#room += MORE;
      this.#renderAll();
    });
    setInterval(() => this.#renderAges(), 1_000);
    this.#note();
  }

  /** @param {string} stream @param {string} group */
  show(stream, group) {
    this.#subscription?.stop();
    this.stream = stream;
    this.group = group;
    this.items.clear();
    this.#events = 0;
    this.#isLearning = false;
    this.#isKnown = false;
    this.#room = FIRST;
    byId('item-filter').value = '';
    byId('events').hidden = true;
    byId('events-list').replaceChildren();
    const name = byId('group-name');
    name.textContent = `${stream} / ${group}`;
    name.title = name.textContent;
    for (const id of ['item-filter', 'new-item']) byId(id).disabled = false;
    this.#renderAll();
    this.#subscription = new Subscription(stream, group, {
      sync: (items) => this.#sync(items),
      changed: (item, isNow) => this.#changed(item, isNow),
      removed: (id) => this.#remove(id),
      event: (event) => this.#event(event),
      state: (text) => {
        this.#state = text;
        byId('group-state').textContent = text;
        this.#note();
      },
    });
  }

  #changed({ id, rev, data }, isNow) {
    this.#put({ id, rev, changed: isNow ? Date.now() : undefined, text: JSON.stringify(data) });
    this.#learnSoon();
    if (!isNow) this.#learnAges();
  }

  #sync(list) {
    this.#isKnown = true;
    this.items.clear();
    for (const { id, rev, data } of list) this.items.set(id, { id, rev, text: JSON.stringify(data) });
    this.#renderAll();
    for (const id of this.items.keys()) this.listener.changed(id, this.items.get(id));
    this.#learnAges();
  }

  /** A change does not say how long the item lives. */
  #learnSoon() {
    if (this.#learning !== undefined || this.items.size > MAX_LEARNED) return;
    this.#learning = setTimeout(() => {
      this.#learning = undefined;
      this.#learnAges();
    }, LEARN_MS);
  }

  /** A sync does not say when its items changed, nor does what is learned late. */
  async #learnAges() {
    if (this.#isLearning) return;
    this.#isLearning = true;
    const { stream, group } = this;
    try {
      const { items } = await read(`api/items?${new URLSearchParams({ stream, group, values: '0' })}`);
      if (this.stream !== stream || this.group !== group) return;
      for (const { id, rev, timestamp, expires, owner } of items) {
        const item = this.items.get(id);
        if (item === undefined || item.rev !== rev) continue;
        item.changed ??= timestamp;
        item.expires = expires;
        item.owner = owner;
      }
      this.#renderAges();
    } catch (error) {
      byId('group-state').textContent = `${this.#state}; ages are not known: ${whyNot(error)}`;
    } finally {
      this.#isLearning = false;
    }
  }

  /** @param {Item} item */
  #put(item) {
    const old = this.items.get(item.id);
    item.row = old?.row;
    this.items.set(item.id, item);
    if (item.row !== undefined) fillRow(item.row, item);
    else if (this.#isShown(item) && (this.#rows < this.#room || item.id === this.openId)) this.#append(item);
    if (item.row !== undefined) flash(item.row);
    this.#note();
    this.listener.changed(item.id, item);
  }

  /** @param {string} id */
  #remove(id) {
    const row = this.items.get(id)?.row;
    this.items.delete(id);
    if (row !== undefined) {
      this.#rows -= 1;
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

  /** Marks the item that is being edited, and scrolls to it. @param {string | undefined} id */
  markOpen(id) {
    if (this.openId !== undefined) this.items.get(this.openId)?.row?.classList.remove('open');
    this.openId = id;
    const item = id === undefined ? undefined : this.items.get(id);
    if (item === undefined) return;
    if (item.row === undefined && this.#isShown(item)) this.#append(item);
    item.row?.classList.add('open');
    item.row?.scrollIntoView({ block: 'nearest' });
  }

  /** Leads back to an item that was edited. @param {string | undefined} id @returns whether it is on the page */
  focusOn(id) {
    const row = id === undefined ? undefined : this.items.get(id)?.row;
    row?.querySelector('button').focus();
    return row !== undefined;
  }

  #isShown({ id, text }) {
    const filter = byId('item-filter').value.toLowerCase();
    return filter === '' || id.toLowerCase().includes(filter) || text.toLowerCase().includes(filter);
  }

  #append(item) {
    item.row = rowOf(item, this.listener.open);
    item.row.classList.toggle('open', item.id === this.openId);
    this.body.append(item.row);
    this.#rows += 1;
  }

  #renderAll() {
    this.body.replaceChildren();
    this.#rows = 0;
    for (const item of this.items.values()) {
      item.row = undefined;
      const hasRoom = this.#rows < this.#room || item.id === this.openId;
      if (hasRoom && this.#isShown(item)) this.#append(item);
    }
    this.#note();
  }

  /** Counts, once per frame: a filter looks at every item. */
  #note() {
    if (this.#isNoteDue) return;
    this.#isNoteDue = true;
    requestAnimationFrame(() => {
      this.#isNoteDue = false;
      let matching = 0;
      for (const item of this.items.values()) if (this.#isShown(item)) matching += 1;
      byId('items-note').textContent = this.#noteOf(matching);
      // Heads of nothing would be read out.
      byId('items-scroll').hidden = this.#rows === 0;
      const left = matching - this.#rows;
      byId('more-items').hidden = left <= 0;
      byId('more-items').textContent = `Show ${number(Math.min(left, MORE))} more of ${number(left)}`;
    });
  }

  #noteOf(matching) {
    if (this.stream === undefined) return 'Choose a group to see its items live.';
    if (!this.#isKnown) return `Its items are not known: ${this.#state}`;
    const total = counted(this.items.size, 'item');
    if (this.items.size === 0) return 'The group is empty.';
    return matching < this.items.size ? `${number(matching)} of ${total} match` : total;
  }

  #renderAges() {
    for (const item of this.items.values()) if (item.row) showAge(item.row, item);
  }
}
