import { call, whyNot } from './api.js';
import { FUNCTION } from './constants.js';
import { byId, counted, make } from './dom.js';

/** A look may take one part in so many of the time, … */
const IDLE_SHARE = 20;
/** … but the next one is not later than this, in ms. */
const MAX_PAUSE = 10_000;
/** Groups of a stream, or streams, that are shown at first, and with each press of a button that shows more. */
const PAGE = 100;
/** A store with no more groups than this shows all of its streams open. */
const SMALL = 200;

/** @type {{ stream: string, group: string } | undefined} */
let current;
let shown = '';
let nextLook = 0;
/** @type {(stream: string, group: string) => void} */
let openGroup = () => {};
/** What the server said last; undefined while it has said nothing. @type {{ id: string, groups: string[] }[] | undefined} */
let streams;
/** Why the last look failed. */
let problem = '';
/** Streams that a person opened or closed. @type {Map<string, boolean>} */
const openness = new Map();
/** How many parts of a list are shown, by the list's key, where it is more than a page. @type {Map<string, number>} */
const room = new Map();

/** @param {(stream: string, group: string) => void} open */
export function setUpTree(open) {
  openGroup = open;
  byId('tree-filter').addEventListener('input', () => {
    render();
    scrollToMarked();
  });
}

/** Marks the open group, and scrolls to it. @param {string} stream @param {string} group */
export function mark(stream, group) {
  current = { stream, group };
  openness.set(stream, true);
  render();
  scrollToMarked();
}

/** Asks which groups there are; less often, the longer the reply takes. */
export async function refreshTree() {
  const started = Date.now();
  if (started < nextLook) return;
  try {
    const all = await call(FUNCTION.listAll, {});
    nextLook = Date.now() + Math.min(MAX_PAUSE, IDLE_SHARE * (Date.now() - started));
    const text = JSON.stringify(all);
    if (text === shown && problem === '') return;
    const isFirst = streams === undefined;
    shown = text;
    streams = all.stream;
    problem = '';
    render();
    if (isFirst) scrollToMarked();
  } catch (error) {
    nextLook = 0;
    problem = whyNot(error);
    render();
    throw error;
  }
}

function scrollToMarked() {
  byId('tree').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
}

function render() {
  const filter = byId('tree-filter').value.toLowerCase();
  const tree = byId('tree');
  const focused = document.activeElement?.getAttribute?.('data-key');
  const matching = (streams ?? [])
    .map((stream) => matchOf(stream, filter))
    .filter(({ groups }) => groups.length > 0);
  const total = (streams ?? []).reduce((sum, { groups }) => sum + groups.length, 0);
  const isOpen = (id) => openness.get(id) ?? (filter !== '' || total <= SMALL);
  tree.replaceChildren(...paged('streams', matching, (one) => branch(one, isOpen(one.id))));
  byId('tree-note').textContent = noteOf(matching, total, filter);
  byId('tree-note').classList.toggle('bad', problem !== '');
  if (focused) tree.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** A stream whose name matches shows all of its groups. */
function matchOf({ id, groups }, filter) {
  const isWhole = id.toLowerCase().includes(filter);
  const matching = isWhole ? groups : groups.filter((group) => group.toLowerCase().includes(filter));
  return { id, groups: matching, total: groups.length };
}

function noteOf(matching, total, filter) {
  if (problem !== '') return `${streams === undefined ? 'Nothing is known' : 'Not up to date'}: ${problem}`;
  if (streams === undefined) return 'Asking…';
  if (total === 0) return 'No stream holds an item yet.';
  const all = `${counted(total, 'group')} in ${counted(streams.length, 'stream')}`;
  if (filter === '') return all;
  const found = matching.reduce((sum, { groups }) => sum + groups.length, 0);
  return found === 0 ? `Nothing matches, of ${all}.` : `${found.toLocaleString('en')} of ${all} match`;
}

/** The first parts of a list, the current one among them, and a button for more. */
function paged(key, list, makePart) {
  const at = list.findIndex((one) => isCurrent(key, one));
  if (at >= (room.get(key) ?? PAGE)) room.set(key, Math.ceil((at + 1) / PAGE) * PAGE);
  const limit = room.get(key) ?? PAGE;
  const parts = list.slice(0, limit).map(makePart);
  const left = list.length - parts.length;
  if (left <= 0) return parts;
  const more = button(
    'more',
    `Show ${Math.min(left, PAGE)} more of ${left.toLocaleString('en')}`,
    `m:${key}`,
  );
  more.addEventListener('click', () => {
    room.set(key, limit + PAGE);
    render();
  });
  return [...parts, more];
}

const isCurrent = (key, one) =>
  current !== undefined &&
  (key === 'streams' ? one.id === current.stream : key === `s:${current.stream}` && one === current.group);

function branch({ id, groups, total }, isOpen) {
  const details = /** @type {HTMLDetailsElement} */ (make('details'));
  const summary = make('summary');
  const count = groups.length === total ? total.toLocaleString('en') : `${groups.length} of ${total}`;
  const name = make('span', 'cut', id);
  name.title = id;
  summary.append(name, make('span', 'count', count));
  summary.dataset.key = `s:${id}`;
  details.append(summary);
  details.open = isOpen;
  // A closed one has no rows: a hundred streams of a thousand groups are a hundred lines.
  if (isOpen) details.append(...paged(`s:${id}`, groups, (group) => leaf(id, group)));
  details.addEventListener('toggle', () => {
    if (details.open === isOpen) return;
    openness.set(id, details.open);
    render();
  });
  return details;
}

function leaf(stream, group) {
  const element = button('cut', group, `g:${JSON.stringify([stream, group])}`);
  element.title = group;
  if (current?.stream === stream && current.group === group) element.setAttribute('aria-current', 'true');
  element.addEventListener('click', () => openGroup(stream, group));
  return element;
}

function button(className, text, key) {
  const element = /** @type {HTMLButtonElement} */ (make('button', className, text));
  element.type = 'button';
  element.dataset.key = key;
  return element;
}
