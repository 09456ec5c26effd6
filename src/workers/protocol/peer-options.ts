import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { JsonText } from '../../../generated/json-text.js';
import type { Activation, InvokeFunctionMessage } from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import type { Payload } from '../../domain/payload.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationCallback, InvocationFailure, InvokeOptions } from '../../service/service-port.js';
import type { Validator } from '../../wire/validation.js';
import type { HandledMessage } from './handled.js';
import type { Shared } from './shared.js';

export interface PeerOptions<Message extends { readonly type: string }> {
  readonly ws: WebSocket;
  /** The socket under `ws`. */
  readonly socket: Socket;
  /** Writes messages in their order, in one go. */
  readonly write: (messages: readonly string[]) => void;
  readonly shared: Shared;
  readonly logger: Logger;
  /** Checks what this peer may send. */
  readonly validate: Validator<Message>;
  /** A call from the peer. `reply` must be called exactly once, also when the peer wants no result. */
  readonly onInvoke: (call: IncomingCall, reply: InvocationCallback) => void;
  /** Everything else that the peer sends, in its order. */
  readonly onMessage: (message: Exclude<Message, HandledMessage>) => void;
  /** The peer sent something that breaks the protocol and that nobody could be answered for, for the nth time. It is logged. */
  readonly onMalformed?: (count: number, failure: InvocationFailure) => void;
  /** The connection is closed, with this code; the calls that the peer owes a result fail right after this. */
  readonly onClose: (code: number, reason: string) => void;
  /** What tells the peer in a log. */
  readonly facts: () => object;
}

/** A call that a peer makes. */
export interface IncomingCall {
  readonly message: InvokeFunctionMessage;
  /** Its `data`; undefined when absent. */
  readonly payload: Payload | undefined;
  readonly trace: TraceContext | undefined;
  /** The second argument of its handler. */
  readonly metadata: JsonText | undefined;
  readonly wantsResult: boolean;
}

/** How a peer is called. */
export interface PeerCallOptions extends InvokeOptions {
  /** The observer whose target is called. */
  readonly activation?: Activation;
}
