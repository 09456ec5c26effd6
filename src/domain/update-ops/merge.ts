import { UPDATE_BOUND } from '../../../generated/constants.js';
import type { MergePath } from '../../../generated/functions.js';
import type { Draft, JsonObject } from './draft.js';
import { checkPath, type OpFailure, PROTOTYPE_KEYS, segmentsOf } from './path.js';

const { mergeKeys: MAX_KEYS, mergeDepth: MAX_DEPTH } = UPDATE_BOUND;

/** Arrays and objects count, scalars don't; never recurses deeper than the bound. */
function isDeeper(value: unknown, room: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return room === 0 || Object.values(value).some((entry) => isDeeper(entry, room - 1));
}

function checkValue(value: JsonObject): OpFailure | undefined {
  const keys = Object.keys(value);
  if (keys.length > MAX_KEYS) {
    const message = `Merge value has ${keys.length} keys, at most ${MAX_KEYS} are allowed.`;
    return { code: 'merge.value.too_many_keys', message };
  }
  if (isDeeper(value, MAX_DEPTH)) {
    const message = `Merge value nests deeper than ${MAX_DEPTH} levels.`;
    return { code: 'merge.value.too_deep', message };
  }
  const reserved = keys.find((key) => PROTOTYPE_KEYS.has(key));
  if (reserved === undefined) return undefined;
  return {
    code: 'merge.value.proto_polluted',
    message: `Merge value has the key '${reserved}', a reserved name.`,
  };
}

/** Lays the fields of `value` over an object, one level deep. */
export function merge(
  draft: Draft,
  path: MergePath | null | undefined,
  value: unknown,
): OpFailure | undefined {
  const segments = segmentsOf(path);
  const failure = checkPath('merge', segments);
  if (failure !== undefined) return failure;
  const fields = draft.object(value);
  if (fields === undefined) {
    return {
      code: 'merge.value.not_an_object',
      message: `Expected object merge value, got ${draft.typeOf(value)}.`,
    };
  }
  const refused = checkValue(draft.parsed(value) as JsonObject);
  if (refused !== undefined) return refused;
  const isRoot = segments.length === 0;
  if (isRoot && draft.typeOf(draft.root) !== 'object') return undefined;
  const target = draft.descend(segments);
  for (const [key, entry] of Object.entries(fields)) target[key] = entry;
  return undefined;
}
