/** The words of a name, however they are set apart: `groupId`, `group_id`, `group-id`, `SHA1Sum`. */
export function words(name: string): readonly string[] {
  const found = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .match(/[A-Za-z\d]+/g);
  return found ?? ['x'];
}

/** `group_id` → `GroupId`, for behind another name. */
export const capitalized = (name: string): string =>
  words(name)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** `group_id` → `GroupId`; a name that starts with a digit gets an `X` in front. */
export function pascalCase(name: string): string {
  const joined = capitalized(name);
  return /^\d/.test(joined) ? `X${joined}` : joined;
}

/** `groupId` → `group_id`; a name that starts with a digit gets an `x_` in front. */
export function snakeCase(name: string): string {
  const joined = words(name)
    .map((word) => word.toLowerCase())
    .join('_');
  return /^\d/.test(joined) ? `x_${joined}` : joined;
}

/** `groupId` → `GROUP_ID`. */
export const upperCase = (name: string): string => snakeCase(name).toUpperCase();

/**
 * Identifiers for names, in their order. A later name that would get the identifier of an earlier one (`stream_name`
 * and `streamName`) gets a number behind it: adding a name never renames another.
 */
export function identifiers(
  names: readonly string[],
  style: (name: string) => string,
): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const first = style(name);
      let identifier = first;
      for (let count = 2; taken.has(identifier); count++)
        identifier = `${first}${/\d$/.test(first) ? '_' : ''}${count}`;
      taken.add(identifier);
      return [name, identifier];
    }),
  );
}

/** A description as lines of at most `width` characters; a paragraph is one line before. */
export function wrap(text: string, width: number): readonly string[] {
  return text
    .trim()
    .split(/\n+/)
    .flatMap((paragraph) => {
      const lines: string[] = [];
      let line = '';
      for (const word of paragraph.trim().split(/\s+/)) {
        if (line !== '' && line.length + word.length >= width) {
          lines.push(line);
          line = word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      return [...lines, line];
    });
}
