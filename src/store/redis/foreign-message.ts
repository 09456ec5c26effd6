import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { CustomEventBody, StreamMessage } from '../../../generated/socket.js';
import type { ChangeKind, GroupAddress } from '../../domain/change.js';
import { NULL, sliceField } from '../../domain/json-text.js';

/** What a message without a seq says: a change that this Redis does not sequence, or a custom event. */
export type UnsequencedMessage = GroupAddress & {
  readonly value: JsonText;
  /** ms, when one of our nodes drew it from the group's clock; else another engine wrote the message. */
  readonly timestamp: number | undefined;
  /** Of the store that sent it; empty when another engine did. */
  readonly epoch: string;
} & (
    | { readonly kind: ChangeKind; readonly item: string }
    | { readonly kind: 'event'; readonly item: string | undefined; readonly type: string }
  );

/** A stream message of which nothing is certain. */
type Shape = { readonly [Field in keyof StreamMessage]?: unknown } & {
  readonly event?: {
    readonly type?: unknown;
    readonly event?: { readonly [Field in keyof CustomEventBody]?: unknown };
  };
};

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isKind = (value: unknown): value is ChangeKind =>
  value === STREAM_EVENT.create || value === STREAM_EVENT.update || value === STREAM_EVENT.delete;

/** Reads a message of the channel that anybody may have written; undefined when it is none that subscribers get. */
export function parseUnsequenced(message: string): UnsequencedMessage | undefined {
  let shape: Shape | null;
  try {
    shape = JSON.parse(message) as Shape | null;
  } catch {
    return undefined;
  }
  if (shape === null || typeof shape !== 'object' || shape.type !== SOCKET_MESSAGE.stream) return undefined;
  const { streamName: stream, groupId: group, id, event } = shape;
  if (!isName(stream) || !isName(group) || event === null || typeof event !== 'object') return undefined;
  // The value is cut out of the text, because parsing it would change numbers.
  const body = sliceField(message, 'event') ?? NULL;
  const ours = typeof shape.epoch === 'string' && typeof shape.timestamp === 'number';
  const epoch = ours ? (shape.epoch as string) : '';
  const timestamp = ours ? (shape.timestamp as number) : undefined;
  if (isKind(event.type) && isName(id)) {
    return {
      kind: event.type,
      stream,
      group,
      item: id,
      value: sliceField(body, 'data') ?? NULL,
      timestamp,
      epoch,
    };
  }
  const type = event.event?.type;
  if (event.type !== STREAM_EVENT.event || typeof type !== 'string') return undefined;
  const value = sliceField(sliceField(body, 'event') ?? NULL, 'data') ?? NULL;
  return { kind: 'event', stream, group, item: isName(id) ? id : undefined, type, value, timestamp, epoch };
}
