/** A room's rank. Imports point to rooms of a smaller rank, or stay inside. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ['generated', 0],
  ['src/domain', 1],
  ['src/config', 2],
  ['src/observability', 2],
  ['src/store', 3],
  ['src/delivery', 3],
  ['src/service', 4],
  ['src/socket', 5],
  ['src/workers', 5],
  ['src/admin', 6],
  ['src/app', 7],
  ['src/cli', 8],
  ['src', 9],
  ['src/bench', 10],
  ['conformance', 11],
]);

/** Ports that lie to the right of those who use them: types only, so that no code is pulled in. */
const PORTS: ReadonlyMap<string, number> = new Map([['src/workers/port.ts', 2]]);

/** Rooms that see the world as a stranger would. */
const ONLY: ReadonlyMap<string, readonly string[]> = new Map([['conformance', ['generated']]]);

/** The room of a file, both relative to the root with forward slashes. */
export function roomOf(file: string): string | undefined {
  const [top = '', second = '', ...rest] = file.split('/');
  const room = top === 'src' && rest.length > 0 ? `${top}/${second}` : top;
  return RANKS.has(room) ? room : undefined;
}

/** Why `file` may not import `target`, if it may not. */
export function importFault(file: string, target: string): string | undefined {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === undefined) return `${file} lies in no room`;
  if (to === undefined) return `${from} may not import ${target}, which lies in no room`;
  if (from === to) return undefined;
  const only = ONLY.get(from);
  if (only !== undefined)
    return only.includes(to) ? undefined : `${from} may import ${only.join(', ')} only, not ${to}`;
  const rank = PORTS.get(target) ?? RANKS.get(to) ?? 0;
  return rank < (RANKS.get(from) ?? 0) ? undefined : `${from} may not import ${to}: imports point left`;
}
