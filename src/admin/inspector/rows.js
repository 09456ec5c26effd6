import { duration, make } from './dom.js';

const MAX_PREVIEW = 400;

/** @typedef {{ id: string, rev?: number, changed?: number, expires?: number, owner?: string, text: string, row?: HTMLTableRowElement }} Item */

/** The beginning of a long text. @param {string} text */
export const cut = (text) => (text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text);

/** @param {Item} item @param {(id: string) => void} open */
export function rowOf(item, open) {
  const row = /** @type {HTMLTableRowElement} */ (make('tr'));
  const cell = make('td', 'id');
  // Long ids are cut by the style sheet: whoever searches or listens to the page has them whole.
  const button = /** @type {HTMLButtonElement} */ (make('button', 'clamp', item.id));
  button.type = 'button';
  button.title = item.id;
  button.addEventListener('click', () => open(item.id));
  cell.append(button);
  row.append(cell, make('td', 'num'), make('td', 'num'), make('td', 'value'));
  fillRow(row, item);
  return row;
}

/** @param {HTMLTableRowElement} row @param {Item} item */
export function fillRow(row, item) {
  row.cells[1].textContent = item.rev ? String(item.rev) : '–';
  showAge(row, item);
  row.cells[3].textContent = cut(item.text);
}

/** @param {HTMLTableRowElement} row @param {Item} item */
export function showAge(row, { changed, expires, owner }) {
  const now = Date.now();
  const age = changed === undefined ? '–' : duration(now - changed);
  const end = expires === undefined ? '' : `, ends in ${duration(Math.max(0, expires - now))}`;
  const whose = owner === undefined ? '' : `, of ${owner}`;
  row.cells[2].textContent = age + end + whose;
}

/** @param {HTMLTableRowElement} row */
export function flash(row) {
  row.classList.remove('fresh');
  // Reading a size makes the browser notice the class went, so that it starts the animation again.
  void row.offsetWidth;
  row.classList.add('fresh');
}
