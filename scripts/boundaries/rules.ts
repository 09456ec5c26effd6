/** A room's rank. Imports point to rooms of a smaller rank, or stay inside. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ['src/wire', -1],
  ['generated', 0],
  ['src/domain', 1],
  ['src/client', 2],
  ['src/config', 2],
  ['src/observability', 2],
  ['src/net', 3],
  ['src/store', 4],
  ['src/delivery', 4],
  ['src/service', 5],
  ['src/socket', 6],
  ['src/workers', 6],
  ['src/http', 6.5],
  ['src/admin', 7],
  ['src/app', 8],
  ['src/cli', 9],
  ['src', 10],
  ['src/bench', 11],
  ['conformance', 12],
]);

/** Rooms that see the world as a stranger would. */
const ONLY: ReadonlyMap<string, readonly string[]> = new Map([
  ['src/client', ['generated', 'src/domain']],
  ['conformance', ['generated']],
]);

/** Rooms that import no package at all. */
const WITHOUT_PACKAGES: readonly (string | undefined)[] = ['generated', 'src/domain'];
/** Rooms that run in a browser as well. */
const WITHOUT_NODE: readonly (string | undefined)[] = ['src/client'];

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
  const rank = RANKS.get(to) ?? 0;
  return rank < (RANKS.get(from) ?? 0) ? undefined : `${from} may not import ${to}: imports point left`;
}

/** Why a file of `room` may not import the package `specifier`, if it may not. */
export function packageFault(room: string | undefined, specifier: string): string | undefined {
  const refused =
    WITHOUT_PACKAGES.includes(room) || (WITHOUT_NODE.includes(room) && specifier.startsWith('node:'));
  return refused ? `${room} may not import the package ${specifier}` : undefined;
}
