import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../../generated/constants.js';
import type { StreamMessage } from '../../../generated/socket.js';
import { define, type Setting } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';

const SETTING: Setting = { needs: ['lifetimes'] };
export const ttl = define('ttl', 'ttl', SETTING);

/** Milliseconds; what is asked meanwhile comes first. */
export const SHORT = 1_000;
export const LONG = 600_000;

export type Fields = Readonly<Record<string, unknown>>;

export const setFor = (t: Context, item: string, ttl_ms: unknown, data: unknown = 1, at = t.at) =>
  t.call(FUNCTION.set, { ...at, item_id: item, data, ttl_ms });

export const updateWith = (t: Context, item: string, fields: Fields) =>
  t.call(FUNCTION.update, {
    ...t.at,
    item_id: item,
    ops: [{ type: 'increment', path: '', by: 1 }],
    ...fields,
  });

/** `[item, reason]` of each deletion up to that of `last`, in their order. */
export async function ends(
  client: { nextStream(what?: string): Promise<StreamMessage> },
  last: string,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (;;) {
    const { id, event } = await client.nextStream(`the end of ${last}`);
    if (event.type !== STREAM_EVENT.delete) continue;
    seen.push([id, event.reason]);
    if (id === last) return seen;
  }
}

/** The message that tells of the deletion of `item`. */
export async function endOf(
  client: { nextStream(what?: string): Promise<StreamMessage> },
  item: string,
): Promise<StreamMessage> {
  for (;;) {
    const message = await client.nextStream(`the end of ${item}`);
    if (message.id === item && message.event.type === STREAM_EVENT.delete) return message;
  }
}

/** Refused as bad input, with a message that names the field. */
export async function refused(t: Context, functionId: string, field: string, fields: Fields): Promise<void> {
  const { message } = await t.error(functionId, { ...t.at, ...fields });
  assert.match(message, /^invalid_input: /);
  assert(message.includes(field), `expected "${message}" to name ${field}`);
}
