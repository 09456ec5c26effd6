import type { RawData } from 'ws';
import { INVOCATION_ERROR, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  decodeInvocationResultMessage,
  decodeInvokeFunctionMessage,
  encodePongMessage,
} from '../../../generated/messages/worker.js';
import type { InvokeFunctionMessage } from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import { NULL } from '../../domain/json-text.js';
import { Payload } from '../../domain/payload.js';
import { traceOf } from '../../net/trace.js';
import type { InvocationCallback, InvocationFailure } from '../../service/service-port.js';
import { explain } from '../../wire/validation.js';
import { failureOf, textOf } from './decode.js';
import { invocationFrame, resultFrame } from './encode.js';
import { type HandledMessage, isInvocation, isReplied, isResult } from './handled.js';
import { Outbox } from './outbox.js';
import type { PeerCallOptions, PeerOptions } from './peer-options.js';
import { PendingCalls } from './pending.js';
import { ReadGate } from './read-gate.js';
import { type MessageRefusal, notJson, refusalOf, tooLong } from './refused-message.js';
import { MAX_MESSAGE_BYTES } from './workers-config.js';

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(Object.values(WORKER_MESSAGE));
const PONG = encodePongMessage();

const INTERNAL: InvocationFailure = {
  code: INVOCATION_ERROR.invocationFailed,
  message: 'The call failed; the log of the callee says why',
};

/** One connection of the worker protocol, seen from either side: calls and results in both directions, in order. */
export class Peer<Message extends { readonly type: string }> {
  readonly pending: PendingCalls;
  readonly gate: ReadGate;
  readonly #options: PeerOptions<Message>;
  readonly #outbox: Outbox;
  #malformedCount = 0;
  /** Of those, the ones that nobody could be answered for. */
  #unansweredCount = 0;

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
    ws.on('close', (code, reason) => {
      options.onClose(code, String(reason));
      this.pending.stop();
    });
    ws.on('error', (error) =>
      logger.warn({ ...options.facts(), err: error }, 'a connection of the worker protocol failed'),
    );
  }

  /** Sends a frame with everything else of this turn; after the connection's end it is dropped. */
  send(frame: string): void {
    this.#outbox.send(frame);
  }

  /** Calls a function of the peer; `done` is called exactly once. */
  call(
    functionId: string,
    payload: JsonText | undefined,
    { timeoutMs, trace, metadata, activation }: PeerCallOptions,
    done: InvocationCallback,
  ): void {
    if (payload !== undefined && payload.length > MAX_MESSAGE_BYTES) {
      done(tooLong(payload.length, MAX_MESSAGE_BYTES), undefined);
      return;
    }
    const { invocation_timeout_ms } = this.#options.shared.config.current.limits;
    const id = this.gate.isFull
      ? undefined
      : this.pending.start(functionId, timeoutMs ?? invocation_timeout_ms, done);
    if (id === undefined) {
      const message = `Too many calls are unanswered, or the worker of ${functionId} does not read; try again`;
      done({ code: INVOCATION_ERROR.overloaded, message, notSent: true }, undefined);
      return;
    }
    this.send(invocationFrame(id, functionId, payload, trace, metadata, activation));
    this.gate.check();
  }

  /** Calls a function of the peer and wants no result. */
  notify(
    functionId: string,
    payload: JsonText | undefined,
    trace: TraceContext | undefined,
    metadata?: JsonText,
  ): void {
    if (this.gate.isFull) {
      this.#options.logger.warn(
        { function: functionId, code: INVOCATION_ERROR.overloaded },
        'dropped a call, its worker does not read',
      );
    } else this.send(invocationFrame(undefined, functionId, payload, trace, metadata));
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
      if (text === undefined) return;
      const { max_call_bytes, max_frame_bytes } = this.#options.shared.config.current.limits;
      const { length } = data as Buffer;
      const most = Math.max(max_call_bytes, max_frame_bytes);
      if (length <= most) this.#read(text);
      else this.#refused(refusalOf(text, tooLong(length, most)), length);
    } catch (error) {
      this.#options.logger.error(
        { ...this.#options.facts(), err: error },
        'a message of the worker protocol failed',
      );
    }
  }

  #read(text: string): void {
    const { validate, onMessage } = this.#options;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.#refused(refusalOf(text, notJson(text)), text.length);
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
    const { data, metadata: given } = decodeInvokeFunctionMessage(message, text);
    const metadata = given === NULL ? undefined : given;
    const payload = data === undefined ? undefined : new Payload(data, message.data);
    const { invocation_id: id, function_id: functionId } = message;
    const wantsResult = typeof id === 'string' && isReplied(message.action);
    this.gate.enter(text.length);
    const reply = this.#replyTo(functionId, wantsResult ? id : undefined, text.length);
    try {
      this.#options.onInvoke({ message, payload, trace: traceOf(message), metadata, wantsResult }, reply);
    } catch (error) {
      this.#options.logger.error({ function: functionId, err: error }, 'a call failed');
      reply(INTERNAL, undefined);
    }
  }

  /** @param id undefined = nobody waits */
  #replyTo(functionId: string, id: string | undefined, bytes: number): InvocationCallback {
    let hasReplied = false;
    return (failed, result) => {
      if (hasReplied) return;
      hasReplied = true;
      this.gate.leave(bytes);
      const isTooLong = result !== undefined && result.length > MAX_MESSAGE_BYTES;
      const failure = isTooLong ? tooLong(result.length, MAX_MESSAGE_BYTES) : failed;
      if (id !== undefined) this.send(resultFrame(id, functionId, failure, result));
      else if (failure !== undefined) {
        const facts = { ...this.#options.facts(), function: functionId, ...failure };
        this.#options.logger.warn(facts, 'a call that nobody waits for failed');
      }
    };
  }

  #invalid(message: unknown, text: string): void {
    const { type } = (message ?? {}) as { readonly type?: unknown };
    if (typeof type === 'string' && !KNOWN_TYPES.has(type)) {
      this.#options.logger.debug(
        { ...this.#options.facts(), type: type.slice(0, 64) },
        'ignored a message of an unknown type',
      );
      return;
    }
    const what = explain(this.#options.validate, 'message');
    this.#refused(refusalOf(text, { code: INVOCATION_ERROR.invalidMessage, message: what }), text.length);
  }

  /** Whoever waits for what a refused message is about must not wait in vain; a peer cannot fill the log. */
  #refused({ failure, about, reply, settles }: MessageRefusal, bytes: number): void {
    this.#malformedCount += 1;
    const { logger, onMalformed, facts } = this.#options;
    if ((this.#malformedCount & (this.#malformedCount - 1)) === 0) {
      logger.warn(
        { ...facts(), ...about, ...failure, bytes, count: this.#malformedCount },
        'refused a message that breaks the worker protocol',
      );
    }
    if (settles !== undefined) this.pending.settle(settles, failure, undefined);
    else if (reply !== undefined) this.send(reply);
    else {
      this.#unansweredCount += 1;
      onMalformed?.(this.#unansweredCount, failure);
    }
  }
}
