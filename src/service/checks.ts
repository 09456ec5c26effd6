import type { JsonText } from '../../generated/json-text.js';
import { checkName } from '../domain/address.js';
import type { GroupAddress, ItemAddress } from '../domain/change.js';
import { StreamError } from '../domain/errors.js';
import { exceedsDepth } from '../domain/json-text.js';
import type { ServiceConfig } from './function-context.js';

/** @throws StreamError `invalid_input` or `limit`, naming the field */
export function groupAddress(
  input: { stream_name: string; group_id: string },
  { limits }: ServiceConfig,
): GroupAddress {
  checkName('stream_name', input.stream_name, limits.max_name_bytes);
  checkName('group_id', input.group_id, limits.max_name_bytes);
  return { stream: input.stream_name, group: input.group_id };
}

/** @throws StreamError `invalid_input` or `limit`, naming the field */
export function itemAddress(
  input: { stream_name: string; group_id: string; item_id: string },
  config: ServiceConfig,
): ItemAddress {
  checkName('item_id', input.item_id, config.limits.max_name_bytes);
  const { stream, group } = groupAddress(input, config);
  return { stream, group, item: input.item_id };
}

const SHORTENED: ReadonlySet<string> = new Set(['.', '..']);

/**
 * The address of a write that leaves something there. Names that clients and proxies take out of a path are refused:
 * `/stream/s/g/.` arrives as the group, and `/stream/s/g/..` as another one.
 *
 * @throws StreamError `invalid_input` or `limit`, naming the field
 */
export function writtenAddress(
  input: { stream_name: string; group_id: string; item_id: string },
  config: ServiceConfig,
): ItemAddress {
  refuseShortened('stream_name', input.stream_name);
  refuseShortened('group_id', input.group_id);
  refuseShortened('item_id', input.item_id);
  return itemAddress(input, config);
}

/** @throws StreamError `invalid_input` or `limit`, naming the field of a join that asks for this item */
export function checkPresence({ item }: ItemAddress, data: JsonText, config: ServiceConfig): void {
  refuseShortened('presence.key', item);
  checkValue('presence.data', data, config);
}

/** @throws StreamError `invalid_input`, naming the field */
export function refuseShortened(field: string, name: string): void {
  if (name.length > 2 || !SHORTENED.has(name)) return;
  throw new StreamError('invalid_input', `${field}: must not be "." or "..", which paths lose`);
}

/**
 * Bounds what a value may be: as deep as `max_depth`, and small enough to leave in one message.
 * @throws StreamError `limit`, naming the field and the bound
 */
export function checkValue(field: string, value: JsonText, config: ServiceConfig): void {
  checkLength(field, value, config);
  const { limits } = config;
  if (exceedsDepth(value, limits.max_depth)) {
    throw new StreamError('limit', `${field}: nests deeper than max_depth, ${limits.max_depth}`);
  }
}

/** The second half of `checkValue`, which costs nothing. @throws StreamError `limit`, naming the field and the bound */
export function checkLength(field: string, { length }: JsonText, { limits }: ServiceConfig): void {
  if (length <= limits.max_frame_bytes) return;
  throw new StreamError(
    'limit',
    `${field}: is ${length} characters long, max_frame_bytes is ${limits.max_frame_bytes}`,
  );
}
