import { isUtf8 } from 'node:buffer';
import { SOCKET_ERROR, SOCKET_MESSAGE } from '../../generated/constants.js';
import type { ClientMessage, JoinData } from '../../generated/socket.js';
import { validateClientMessage } from '../../generated/validators.js';
import { exceedsDepth } from '../domain/json-text.js';
import { explain } from '../wire/validation.js';
import { type MessageError, nameError } from './names.js';

/** The bounds that one message is held to. */
export interface MessageLimits {
  readonly max_name_bytes: number;
  readonly max_depth: number;
}

/** A message that keeps the rules, or what is wrong with it. */
export type Reading =
  | { readonly message: ClientMessage; readonly error: undefined }
  | { readonly message: undefined; readonly error: MessageError };

/** Joins that one message may hold; the schema of JoinAllMessage says the same. */
const MAX_JOINS = 100;

/**
 * Reads what a client sent: JSON in a text frame, or the same in a binary one. Many joins in one message are read one
 * by one, so that one that is malformed costs no other.
 */
export function readClientMessages(data: string | Buffer, limits: MessageLimits): readonly Reading[] {
  if (typeof data !== 'string' && !isUtf8(data)) return [invalid('the message is not UTF-8')];
  const text = data.toString();
  if (exceedsDepth(text, limits.max_depth)) {
    const message = `the message nests deeper than ${limits.max_depth} levels`;
    return [refused({ code: SOCKET_ERROR.messageTooDeep, message })];
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [invalid('the message is not JSON')];
  }
  const joins = joinsOf(value);
  if (joins === undefined) return [check(value, limits)];
  if (joins.length >= 1 && joins.length <= MAX_JOINS) {
    return joins.map((join) => check({ type: SOCKET_MESSAGE.join, data: join }, limits));
  }
  return [invalid(`data: must have 1 to ${MAX_JOINS} joins`)];
}

/** The joins of a message that holds many. */
function joinsOf(value: unknown): readonly unknown[] | undefined {
  const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: unknown };
  return type === SOCKET_MESSAGE.join && Array.isArray(data) ? data : undefined;
}

function check(value: unknown, limits: MessageLimits): Reading {
  if (!validateClientMessage(value)) {
    return invalid(explain(validateClientMessage as never, 'message'), givenId(value, limits));
  }
  if (value.type === SOCKET_MESSAGE.join) {
    const error = joinError(value.data, limits.max_name_bytes);
    if (error !== undefined) return refused({ ...error, subscriptionId: givenId(value, limits) });
  }
  return { message: value, error: undefined };
}

const refused = (error: MessageError): Reading => ({ message: undefined, error });

const invalid = (message: string, subscriptionId?: string): Reading =>
  refused({ code: SOCKET_ERROR.invalidMessage, message, subscriptionId });

/** An empty item id is refused like any empty name: taking it for a group would send another shape than was asked for. */
function joinError(data: JoinData, maxBytes: number): MessageError | undefined {
  return (
    nameError('subscriptionId', data.subscriptionId, maxBytes) ??
    nameError('streamName', data.streamName, maxBytes) ??
    nameError('groupId', data.groupId, maxBytes) ??
    (typeof data.id === 'string' ? nameError('id', data.id, maxBytes) : undefined) ??
    (data.presence?.key === undefined ? undefined : nameError('presence.key', data.presence.key, maxBytes))
  );
}

/** The subscription id of a refused message, for the reply. A long one is not sent back. */
function givenId(value: unknown, limits: MessageLimits): string | undefined {
  const id = (value as { data?: { subscriptionId?: unknown } | null } | null)?.data?.subscriptionId;
  return typeof id === 'string' && Buffer.byteLength(id) <= limits.max_name_bytes ? id : undefined;
}
