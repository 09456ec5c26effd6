import { randomUUID } from 'node:crypto';
import { CLOSE_CODE, type CloseCode, SOCKET_ERROR, SOCKET_MESSAGE } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import { encodeErrorMessage } from '../../generated/messages/socket.js';
import type { JoinData } from '../../generated/socket.js';
import type { Outlet } from '../delivery/port.js';
import { encodeTextFrames } from '../net/frames.js';
import { limitedLogOf } from '../observability/limited-log.js';
import { type Reading, readClientMessages } from './client-message.js';
import type { MessageError } from './names.js';
import type { PathSubscription } from './request-target.js';
import type { Runtime } from './runtime.js';
import { TokenBucket } from './token-bucket.js';

/** The far end of a session: an outlet that can be told to close. */
export interface SessionOutlet extends Outlet {
  /** Ends the connection with a close code, after what is queued. The reason may be cut. */
  close(code: CloseCode, reason: string): void;
}

/** Malformed messages that a client may send in a row. Each valid one between them makes up for a tenth. */
const MAX_MALFORMED = 100;
const MAKES_UP = 0.1;

const PONG = encodeTextFrames([JSON.stringify({ type: SOCKET_MESSAGE.pong })]);

/** What one client asks for, from its first message to its end. Knows no WebSocket library. */
export class Session {
  readonly #outlet: SessionOutlet;
  readonly #runtime: Runtime;
  readonly #context: JsonText | undefined;
  #joins: TokenBucket | undefined;
  #malformed = 0;
  #ended = false;

  /** @param context what the auth function said about the client; handed to join and leave handlers */
  constructor(outlet: SessionOutlet, runtime: Runtime, context: JsonText | undefined) {
    this.#outlet = outlet;
    this.#runtime = runtime;
    this.#context = context;
  }

  /** Number of subscriptions, those that are still being decided included. */
  get subscriptions(): number {
    return this.#runtime.service.count(this.#outlet);
  }

  /** Takes one message of the client. Never throws. */
  receive(data: string | Buffer): void {
    if (this.#ended) return;
    try {
      for (const reading of readClientMessages(data, this.#runtime.config.current.limits))
        this.#take(reading);
    } catch (error) {
      this.#runtime.logger.error({ err: error, socket: this.#outlet.id }, 'a message could not be handled');
      this.#reply({ code: SOCKET_ERROR.internal, message: 'the message could not be handled' });
    }
  }

  /** Joins what the URL asked for. A refusal ends the connection: it has no other purpose. Never throws. */
  subscribe(subscription: PathSubscription): void {
    try {
      const request = { subscriptionId: randomUUID(), ...subscription };
      this.#runtime.service.join(this.#outlet, request, this.#context, (joined) => {
        if (!joined) this.#close(CLOSE_CODE.policyViolation, 'the subscription was refused');
      });
    } catch (error) {
      this.#runtime.logger.error(
        { err: error, socket: this.#outlet.id },
        'a subscription could not be started',
      );
      this.#close(CLOSE_CODE.internalError, 'the subscription could not be started');
    }
  }

  /** The connection is closed: all subscriptions end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#runtime.service.disconnect(this.#outlet);
  }

  #take({ message, error: refused }: Reading): void {
    // One that it was closed for may have come before it in the same message.
    if (this.#ended) return;
    if (refused !== undefined) {
      this.#refuse(refused);
      return;
    }
    if (this.#malformed > 0) this.#malformed = Math.max(0, this.#malformed - MAKES_UP);
    switch (message.type) {
      case SOCKET_MESSAGE.join:
        this.#join(message.data);
        break;
      case SOCKET_MESSAGE.leave:
        this.#runtime.service.leave(this.#outlet, message.data.subscriptionId);
        break;
      case SOCKET_MESSAGE.ping:
        this.#outlet.write(PONG);
        break;
      default:
        message satisfies never;
    }
  }

  #join(data: JoinData): void {
    const error = this.#limitError(data);
    if (error !== undefined) {
      this.#reply(error);
      return;
    }
    const {
      subscriptionId,
      streamName: stream,
      groupId: group,
      since,
      items = false,
      ack = false,
      page,
      ops = false,
      presence,
    } = data;
    const request = {
      subscriptionId,
      stream,
      group,
      item: data.id ?? undefined,
      since,
      withItems: items,
      ack,
      page,
      ops,
      presence,
    };
    this.#runtime.service.join(this.#outlet, request, this.#context, ignore);
  }

  #limitError(data: JoinData): MessageError | undefined {
    const { joins_per_second: rate, subscriptions_per_socket: most } = this.#runtime.config.current.limits;
    const { subscriptionId } = data;
    const now = performance.now();
    this.#joins ??= new TokenBucket(rate, now);
    if (!this.#joins.take(rate, now)) {
      return {
        code: SOCKET_ERROR.tooManyJoins,
        message: `more than ${rate} joins in a second`,
        subscriptionId,
      };
    }
    const held = this.#runtime.service.find(this.#outlet, subscriptionId);
    if (held === undefined) {
      if (this.subscriptions < most) return undefined;
      const message = `the socket holds ${most} subscriptions, which is the limit`;
      return { code: SOCKET_ERROR.tooManySubscriptions, message, subscriptionId };
    }
    const same =
      held.stream === data.streamName && held.group === data.groupId && held.item === (data.id ?? undefined);
    if (same) return undefined;
    const message = 'the subscription id is in use on this socket for another address';
    return { code: SOCKET_ERROR.duplicateSubscription, message, subscriptionId };
  }

  #refuse(error: MessageError): void {
    this.#malformed += 1;
    const { logger } = this.#runtime;
    // However much nonsense clients send it makes few lines; the message may quote the client.
    const facts = { socket: this.#outlet.id, code: error.code };
    limitedLogOf(logger).write('warn', `malformed ${error.code}`, facts, 'refused a malformed message');
    logger.debug({ socket: this.#outlet.id, error }, 'refused a malformed message');
    this.#reply(error);
    if (this.#malformed < MAX_MALFORMED) return;
    this.#close(CLOSE_CODE.policyViolation, `${MAX_MALFORMED} malformed messages`);
  }

  #close(code: CloseCode, reason: string): void {
    this.end();
    this.#outlet.close(code, reason);
  }

  #reply({ code, message, subscriptionId }: MessageError): void {
    this.#runtime.counters.errors.count(code);
    this.#outlet.write(encodeTextFrames([encodeErrorMessage({ code, message, subscriptionId })]));
  }
}

/** A refused join was told to the client already. */
const ignore = (): void => {};
