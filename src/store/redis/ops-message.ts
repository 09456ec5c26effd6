import type { JsonText } from '../../../generated/json-text.js';
import type { OpsChange, OpsText } from '../../domain/change.js';
import { sliceField } from '../../domain/json-text.js';
import { isShort } from '../../domain/string-append.js';

// What our nodes tell each other of an update: spec/redis-layout.md. The script completes it, as it does the socket's
// messages: what follows the timestamp, and what ends it, is spelled the same.

/** What a message consists of between the values that the script fills in. */
export const SHORT = { open: '{"timestamp":', from: ',"from":' } as const;

const OPS = ',"ops":';
const GROWS = ',"grows":true';

/** What tells an update as ops: what stands between the item's rev before and its seq; '' where they are not worth it. */
export const shortPart = (ops: OpsText | undefined, value: JsonText): string =>
  ops === undefined || !isShort(ops, value) ? '' : `${ops.growsString ? GROWS : ''}${OPS}${ops.text}`;

interface Shape {
  readonly type?: unknown;
  readonly ops?: unknown;
  readonly grows?: true;
  readonly more?: true;
  readonly timestamp: number;
  readonly streamName: string;
  readonly groupId: string;
  readonly id: string;
  readonly from: number;
  readonly seq: number;
  readonly epoch: string;
}

/** Reads a message of ops; undefined for any other. */
export function parseShort(text: string): OpsChange | undefined {
  const shape = text.startsWith(SHORT.open) ? shapeOf(text) : undefined;
  if (shape === undefined) return undefined;
  const { streamName, groupId, id, grows, from, more, ...rest } = shape;
  const { timestamp, seq, epoch } = rest;
  return {
    stream: streamName,
    group: groupId,
    item: id,
    timestamp,
    seq,
    epoch,
    // Cut out of the text, because parsing it would change numbers.
    ops: { text: sliceField(text as JsonText, 'ops')!, growsString: grows === true, from },
    ...(more === undefined ? {} : { more }),
  };
}

/** Anybody may write to the channel. */
function shapeOf(text: string): Shape | undefined {
  try {
    const shape = JSON.parse(text) as Shape;
    const names = [shape.streamName, shape.groupId, shape.id, shape.epoch];
    const numbers = [shape.timestamp, shape.from, shape.seq];
    const isOne =
      Array.isArray(shape.ops) &&
      names.every((name) => typeof name === 'string') &&
      numbers.every(Number.isSafeInteger);
    return isOne ? shape : undefined;
  } catch {
    return undefined;
  }
}
