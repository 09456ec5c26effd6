const SPECIAL = /[\\^$.|?+()[\]{}]/g;

/** A pattern of case ids: `*` stands for anything within a segment, `**` for anything at all. */
export function globToRegExp(glob: string): RegExp {
  const source = glob
    .split('**')
    .map((part) => part.replace(SPECIAL, '\\$&').replaceAll('*', '[^/]*'))
    .join('.*');
  return new RegExp(`^${source}$`);
}

/** True when any of the patterns names the id. */
export function matchesAny(id: string, globs: readonly string[]): boolean {
  return globs.some((glob) => globToRegExp(glob).test(id));
}
