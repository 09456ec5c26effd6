import * as constants from '../../generated/constants.js';

const values = (set: Readonly<Record<string, string>>): readonly string[] => Object.values(set);

/** Ids and tags that mean only one thing, so that a literal of them is a copy of the spec. */
const DISTINCT: ReadonlySet<string> = new Set(
  [
    constants.FUNCTION,
    constants.ERROR_CODE,
    constants.TRIGGER_TYPE,
    constants.WORKER_MESSAGE,
    constants.ENGINE_FUNCTION,
    constants.ENGINE_TRIGGER_TYPE,
    constants.CALLER_FIELD,
  ]
    .flatMap(values)
    .filter((value) => /[:_]/.test(value) || value.length > 10),
);

/** A text that starts like this is an id too: a custom stream's function, or anything of the engine's own. */
const PREFIXES = [constants.ENGINE_PREFIX.internal, ...values(constants.FUNCTION).map((id) => `${id}(`)];

/** Tags are common words; inside JSON text they are tags for certain. */
const TAGS = [constants.SOCKET_MESSAGE, constants.STREAM_EVENT, constants.WORKER_MESSAGE].flatMap(values);
const TAG_TEXT = new RegExp(`"type":\\s*"(?:${TAGS.join('|')})"`);

/** The id or tag that this line of code spells out, if it does. */
export function literalIn(line: string): string | undefined {
  const tag = TAG_TEXT.exec(line)?.[0];
  if (tag !== undefined) return tag;
  for (const [, , text = ''] of line.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)) {
    if (DISTINCT.has(text) || PREFIXES.some((prefix) => text.startsWith(prefix))) return text;
  }
  return undefined;
}
