import { call } from './api.js';
import { FUNCTION } from './constants.js';
import { byId, make } from './dom.js';

/** @type {{ stream: string, group: string } | undefined} */
let current;
let shown = '';
let nextLook = 0;
/** A look may take this share of the time. */
const PATIENCE = 20;
/** Groups shown; the filter finds the others. */
const MAX_GROUPS = 1_000;
/** @type {(stream: string, group: string) => void} */
let openGroup = () => {};
/** @type {{ id: string, groups: string[] }[]} */
let streams = [];
const closed = new Set();

/** @param {(stream: string, group: string) => void} open */
export function setUpTree(open) {
  openGroup = open;
  byId('tree-filter').addEventListener('input', render);
}

/** Marks the open group. @param {string} stream @param {string} group */
export function mark(stream, group) {
  current = { stream, group };
  render();
}

/** Asks which groups there are; less often, the longer the answer takes. */
export async function refreshTree() {
  const started = Date.now();
  if (started < nextLook) return;
  const all = await call(FUNCTION.listAll, {});
  nextLook = Date.now() + PATIENCE * (Date.now() - started);
  const text = JSON.stringify(all);
  if (text === shown) return;
  shown = text;
  streams = all.stream;
  render();
}

function render() {
  const filter = byId('tree-filter').value.toLowerCase();
  const tree = byId('tree');
  const focused = document.activeElement?.getAttribute?.('data-key');
  const room = { left: MAX_GROUPS };
  const parts = streams.map((stream) => branch(stream, filter, room)).filter((part) => part !== undefined);
  tree.replaceChildren(...parts);
  if (room.left === 0) tree.append(make('p', 'muted pad', 'There are more groups; filter to find them.'));
  if (parts.length === 0) {
    tree.append(make('p', 'muted pad', filter ? 'Nothing matches.' : 'No stream holds an item yet.'));
  }
  if (focused) tree.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function branch({ id, groups }, filter, room) {
  const whole = id.toLowerCase().includes(filter);
  const all = whole ? groups : groups.filter((group) => group.toLowerCase().includes(filter));
  const matching = all.slice(0, room.left);
  room.left -= matching.length;
  if (matching.length === 0) return undefined;
  const details = /** @type {HTMLDetailsElement} */ (make('details'));
  details.open = filter !== '' || !closed.has(id);
  details.addEventListener('toggle', () => (details.open ? closed.delete(id) : closed.add(id)));
  const summary = make('summary', '', id);
  summary.dataset.key = `s:${id}`;
  details.append(summary);
  for (const group of matching) {
    const button = /** @type {HTMLButtonElement} */ (make('button', '', group));
    button.type = 'button';
    button.dataset.key = `g:${JSON.stringify([id, group])}`;
    if (current?.stream === id && current.group === group) button.setAttribute('aria-current', 'true');
    button.addEventListener('click', () => openGroup(id, group));
    details.append(button);
  }
  return details;
}
