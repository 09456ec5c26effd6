import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { INVOCATION_ACTION, INVOCATION_ERROR, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  decodeInvocationResultMessage,
  decodeInvokeFunctionMessage,
  encodePongMessage,
} from '../../../generated/messages/worker.js';
import type {
  InvocationResultMessage,
  InvokeFunctionMessage,
  PingMessage,
  PongMessage,
} from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import { Payload } from '../../domain/payload.js';
import { traceOf } from '../../net/trace.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationCallback, InvocationFailure, InvokeOptions } from '../../service/service-port.js';
import { explain, type Validator } from '../../wire/validation.js';
import { failureOf, textOf } from './decode.js';
import { invocationFrame, resultFrame } from './encode.js';
import { Outbox } from './outbox.js';
import { PendingCalls } from './pending.js';
import { ReadGate } from './read-gate.js';
import type { Shared } from './shared.js';

/** What a peer deals with itself. */
export type HandledMessage = InvocationResultMessage | InvokeFunctionMessage | PingMessage | PongMessage;

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(Object.values(WORKER_MESSAGE));
const PONG = encodePongMessage();

const INTERNAL: InvocationFailure = {
  code: INVOCATION_ERROR.invocationFailed,
  message: 'The call failed; the log of the callee says why',
};

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
  /** The peer sent something that breaks the protocol, for the nth time; it is logged already. */
  readonly onMalformed?: (count: number) => void;
  /** The connection is closed; the calls that the peer owes a result fail right after this. */
  readonly onClose: () => void;
}

/** A call that a peer makes. */
export interface IncomingCall {
  readonly message: InvokeFunctionMessage;
  /** Its `data`; undefined when absent. */
  readonly payload: Payload | undefined;
  readonly trace: TraceContext | undefined;
  readonly wantsResult: boolean;
}

/** One connection of the worker protocol, seen from either side: calls and results in both directions, in order. */
export class Peer<Message extends { readonly type: string }> {
  readonly pending: PendingCalls;
  readonly gate: ReadGate;
  readonly #options: PeerOptions<Message>;
  readonly #outbox: Outbox;
  #malformedCount = 0;

  constructor(options: PeerOptions<Message>) {
    this.#options = options;
    const { ws, socket, write, shared, logger } = options;
    const onThrow = (error: unknown): void => logger.error({ err: error }, 'a callback of a call failed');
    this.pending = new PendingCalls(shared.budget, shared.deadlines, onThrow);
    this.gate = new ReadGate(ws, socket, this.pending, shared);
    this.#outbox = new Outbox((messages) => {
      if (ws.readyState !== ws.OPEN) return;
      write(messages);
      this.gate.check();
    });
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('close', () => {
      options.onClose();
      this.pending.stop();
    });
    ws.on('error', (error) => logger.warn({ err: error }, 'a connection of the worker protocol failed'));
  }

  /** Sends a frame with everything else of this turn; after the connection's end it is dropped. */
  send(frame: string): void {
    this.#outbox.send(frame);
  }

  /** Calls a function of the peer; `done` is called exactly once. */
  call(
    functionId: string,
    payload: JsonText | undefined,
    { timeoutMs, trace }: InvokeOptions,
    done: InvocationCallback,
  ): void {
    const { invocation_timeout_ms } = this.#options.shared.config.current.limits;
    const id = this.gate.isFull
      ? undefined
      : this.pending.start(functionId, timeoutMs ?? invocation_timeout_ms, done);
    if (id === undefined) {
      const message = `Too many calls are unanswered, or the worker of ${functionId} does not read; try again`;
      done({ code: INVOCATION_ERROR.overloaded, message, notSent: true }, undefined);
      return;
    }
    this.send(invocationFrame(id, functionId, payload, trace));
    this.gate.check();
  }

  /** Calls a function of the peer and wants no result. */
  notify(functionId: string, payload: JsonText | undefined, trace: TraceContext | undefined): void {
    if (this.gate.isFull) {
      this.#options.logger.warn(
        { function: functionId, code: INVOCATION_ERROR.overloaded },
        'dropped a call, its worker does not read',
      );
    } else this.send(invocationFrame(undefined, functionId, payload, trace));
  }

  /** Writes what this turn collected, then closes the connection. */
  close(code: number, reason: string): void {
    this.#outbox.flush();
    this.#options.ws.close(code, reason);
  }

  #receive(data: RawData, isBinary: boolean): void {
    // After our close frame, only the peer's is still waited for.
    if (this.#options.ws.readyState !== this.#options.ws.OPEN) return;
    try {
      const text = textOf(data as Buffer, isBinary);
      if (text !== undefined) this.#read(text);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a message of the worker protocol failed');
    }
  }

  #read(text: string): void {
    const { validate, onMessage } = this.#options;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.#malformed('not JSON', text);
      return;
    }
    if (!validate(message)) this.#invalid(message, text);
    else if (isInvocation(message)) this.#invoked(message, text);
    else if (isResult(message)) {
      const { invocation_id, error, result } = decodeInvocationResultMessage(message, text);
      const failure = failureOf(error);
      this.pending.settle(invocation_id, failure, failure === undefined ? result : undefined);
      this.gate.check();
    } else if (message.type === WORKER_MESSAGE.ping) this.send(PONG);
    else if (message.type !== WORKER_MESSAGE.pong) onMessage(message as Exclude<Message, HandledMessage>);
  }

  #invoked(message: InvokeFunctionMessage, text: string): void {
    const { data } = decodeInvokeFunctionMessage(message, text);
    const payload = data === undefined ? undefined : new Payload(data, message.data);
    const { invocation_id: id, function_id: functionId } = message;
    const wantsResult = typeof id === 'string' && isReplied(message.action);
    this.gate.enter(text.length);
    const reply = this.#replyTo(functionId, wantsResult ? id : undefined, text.length);
    try {
      this.#options.onInvoke({ message, payload, trace: traceOf(message), wantsResult }, reply);
    } catch (error) {
      this.#options.logger.error({ function: functionId, err: error }, 'a call failed');
      reply(INTERNAL, undefined);
    }
  }

  /** @param id undefined = nobody waits */
  #replyTo(functionId: string, id: string | undefined, bytes: number): InvocationCallback {
    let hasReplied = false;
    return (failure, result) => {
      if (hasReplied) return;
      hasReplied = true;
      this.gate.leave(bytes);
      if (id !== undefined) this.send(resultFrame(id, functionId, failure, result));
      else if (failure !== undefined) {
        const facts = { function: functionId, ...failure };
        this.#options.logger.warn(facts, 'a call that nobody waits for failed');
      }
    };
  }

  /** Whoever waits for the call that a bad message is about must not wait in vain. */
  #invalid(message: unknown, text: string): void {
    const { type, invocation_id: id, function_id: functionId } = (message ?? {}) as Record<string, unknown>;
    if (typeof type === 'string' && !KNOWN_TYPES.has(type)) {
      this.#options.logger.debug({ type: type.slice(0, 64) }, 'ignored a message of an unknown type');
      return;
    }
    const what = explain(this.#options.validate, 'message');
    this.#malformed(what, text);
    if (typeof id !== 'string') return;
    const failure = { code: INVOCATION_ERROR.invalidMessage, message: what };
    if (type === WORKER_MESSAGE.invocationResult) this.pending.settle(id, failure, undefined);
    else if (type === WORKER_MESSAGE.invokeFunction) {
      this.send(resultFrame(id, typeof functionId === 'string' ? functionId : '', failure, undefined));
    }
  }

  /** A peer cannot fill the log: only the 1st, 2nd, 4th, 8th … malformed message is written. */
  #malformed(what: string, text: string): void {
    this.#malformedCount += 1;
    const { logger, onMalformed } = this.#options;
    if ((this.#malformedCount & (this.#malformedCount - 1)) === 0) {
      logger.warn(
        { what, bytes: text.length, count: this.#malformedCount },
        'ignored a message that breaks the worker protocol',
      );
    }
    onMalformed?.(this.#malformedCount);
  }
}

const isInvocation = (message: { readonly type: string }): message is InvokeFunctionMessage =>
  message.type === WORKER_MESSAGE.invokeFunction;

const isResult = (message: { readonly type: string }): message is InvocationResultMessage =>
  message.type === WORKER_MESSAGE.invocationResult;

/** Whether a call with this action is to be replied to. */
function isReplied(action: InvokeFunctionMessage['action']): boolean {
  switch (action?.type) {
    case undefined:
    case INVOCATION_ACTION.enqueue:
      return true;
    case INVOCATION_ACTION.void:
      return false;
    default:
      return action satisfies never;
  }
}
