import { read, whyNot } from './api.js';
import { byId, bytes, duration, make, number } from './dom.js';

/** @typedef {{ title: string, of(row: any): string, num?: boolean, bad?(row: any): boolean }} Column */

/** @type {Column[]} */
const GROUPS = [
  { title: 'Stream', of: (row) => row.stream },
  { title: 'Group', of: (row) => row.group },
  { title: 'Subscriptions', of: (row) => number(row.subscriptions), num: true },
  { title: 'Seq', of: (row) => (row.seq > 0 ? number(row.seq) : '–'), num: true },
  { title: 'Live', of: (row) => number(row.live), num: true },
  { title: 'Catching up', of: (row) => number(row.asking), num: true, bad: (row) => row.asking > 0 },
  { title: 'Paused', of: (row) => number(row.paused), num: true, bad: (row) => row.paused > 0 },
];

/** @type {Column[]} */
const SOCKETS = [
  { title: 'Socket', of: (row) => (row.operator ? `${row.id} (operator)` : row.id) },
  { title: 'Address', of: (row) => row.address },
  { title: 'Open for', of: (row) => duration(Date.now() - row.since), num: true },
  { title: 'Subscriptions', of: (row) => number(row.subscriptions), num: true },
  { title: 'Outbox', of: (row) => bytes(row.queuedBytes), num: true, bad: (row) => row.paused },
  {
    title: 'State',
    of: (row) => (row.paused ? 'paused: full' : row.behind > 0 ? `catching up ${row.behind}` : 'live'),
    bad: (row) => row.paused || row.behind > 0,
  },
];

/** @param {string} id @param {Column[]} columns @param {any[]} rows */
function fill(id, columns, rows) {
  const table = byId(id);
  table.hidden = rows.length === 0;
  const head = make('tr');
  for (const { title, num } of columns) {
    const cell = make('th', num ? 'num' : '', title);
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  table.querySelector('thead').replaceChildren(head);
  table.querySelector('tbody').replaceChildren(
    ...rows.map((row) => {
      const line = make('tr');
      for (const { of, num, bad } of columns) {
        line.append(make('td', `${num ? 'num' : 'name'}${bad?.(row) ? ' bad' : ''}`, of(row)));
      }
      return line;
    }),
  );
}

/** @param {string} what @param {number} total @param {number} shown */
const note = (what, total, shown) =>
  shown < total
    ? `${number(shown)} of ${number(total)} ${what}, the most notable first`
    : `${number(total)} ${what}`;

export const refreshGroups = () => refresh('groups', GROUPS, 'watched groups');
export const refreshSockets = () => refresh('sockets', SOCKETS, 'open sockets');

/** Tables that were filled once. */
const known = new Set();

/** @param {'groups' | 'sockets'} name @param {Column[]} columns @param {string} what */
async function refresh(name, columns, what) {
  try {
    const { total, [name]: rows } = await read(`api/${name}`);
    fill(name, columns, rows);
    known.add(name);
    byId(`${name}-note`).textContent = note(what, total, rows.length);
  } catch (error) {
    const state = known.has(name) ? 'Not up to date' : 'Nothing is known';
    byId(`${name}-note`).textContent = `${state}: ${whyNot(error)}`;
    throw error;
  }
}
