import { randomUUID } from 'node:crypto';
import { OBSERVER_ERROR, OBSERVER_STATE, type ObserverState } from '../../../../generated/constants.js';
import type { JsonText } from '../../../../generated/json-text.js';
import { encodeObservationEnvelope } from '../../../../generated/messages/worker.js';
import type { TraceContext } from '../../../domain/change.js';
import { asJson } from '../../../domain/json-text.js';
import type { InvocationCallback, InvocationFailure } from '../../../service/service-port.js';
import type { Expiring } from '../../protocol/deadlines.js';
import type { PeerCallOptions } from '../../protocol/peer-options.js';
import type { Worker } from '../worker.js';
import type { ObserverSpec } from './spec.js';

/** Events that may wait for one target; one more is dropped. */
const MAX_WAITING = 10_000;
/** Observers that may lead to each other, one after another. */
const MAX_DEPTH = 8;
const NOBODY = asJson('{}');

/** An event, parsed by whoever needs it first. */
export interface ObservedEvent {
  readonly text: JsonText;
  readonly parsed: () => unknown;
  readonly trace: TraceContext | undefined;
}

/** What an observer does to its surroundings. */
export interface ObserverHost {
  call(target: string, payload: JsonText, options: PeerCallOptions, done: InvocationCallback): void;
  /** It fired. */
  fired(observer: Observer): void;
  /** It has had all that it asked for. */
  ended(observer: Observer, reason: InvocationFailure): void;
  /** A call of its target failed, or could not be made. */
  failed(observer: Observer, failure: InvocationFailure): void;
}

interface Waiting {
  readonly payload: JsonText;
  readonly options: PeerCallOptions;
}

/** One observer: calls its target for each event that its filter lets through, at most once and in the order of the events. */
export class Observer implements Expiring {
  readonly spec: ObserverSpec;
  readonly worker: Worker;
  bucket: Set<Expiring> | undefined;
  state: ObserverState = OBSERVER_STATE.pending;
  fires: number;
  /** Milliseconds of `performance.now()` at which it ends. */
  readonly endsAt: number | undefined;
  readonly #host: ObserverHost;
  #waiting: Waiting[] = [];
  #inFlight = 0;

  /** @param past what is known of it from an earlier connection */
  constructor(spec: ObserverSpec, worker: Worker, host: ObserverHost, past: PastObserver | undefined) {
    this.spec = spec;
    this.worker = worker;
    this.#host = host;
    this.fires = past?.fires ?? 0;
    this.endsAt =
      spec.expiresInMs === undefined ? undefined : (past?.endsAt ?? performance.now() + spec.expiresInMs);
  }

  expire(): void {
    this.#host.ended(this, { code: OBSERVER_ERROR.expired, message: 'its time is up' });
  }

  take({ text, parsed, trace }: ObservedEvent): void {
    const { spec } = this;
    if (this.state !== OBSERVER_STATE.active || !spec.hears || this.fires >= spec.maxFires) return;
    if (spec.filter !== undefined) {
      const event = parsed();
      if (!spec.filter({ input: event, output: event })) return;
    }
    const observeDepth = (trace?.observeDepth ?? 0) + 1;
    if (observeDepth > MAX_DEPTH) {
      const message = `${MAX_DEPTH} observers led to this event, one after another`;
      this.#host.failed(this, { code: OBSERVER_ERROR.loopGuard, message });
      return;
    }
    const activation = { observer_id: spec.id, activation_id: randomUUID() };
    const payload = spec.isBare ? text : this.#envelope(text, activation);
    this.#push({
      payload,
      options: { trace: { ...trace, observeDepth }, metadata: spec.metadata, activation },
    });
  }

  /** What waits for its target is dropped. */
  drop(): void {
    this.#waiting = [];
  }

  #push(waiting: Waiting): void {
    if (this.#inFlight >= this.spec.maxInFlight && this.#waiting.length >= MAX_WAITING) {
      const message = `more than ${MAX_WAITING} events wait for ${this.spec.target}`;
      this.#host.failed(this, { code: OBSERVER_ERROR.overflow, message });
      return;
    }
    this.fires += 1;
    if (this.#inFlight < this.spec.maxInFlight) this.#send(waiting);
    else this.#waiting.push(waiting);
    this.#host.fired(this);
    if (this.fires >= this.spec.maxFires)
      this.#host.ended(this, { code: OBSERVER_ERROR.maxFires, message: `it fired ${this.fires} times` });
  }

  #send({ payload, options }: Waiting): void {
    this.#inFlight += 1;
    this.#host.call(this.spec.target, payload, options, (failure) => {
      this.#inFlight -= 1;
      if (failure !== undefined) this.#host.failed(this, failure);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#send(next);
    });
  }

  #envelope(event: JsonText, ids: { observer_id: string; activation_id: string }): JsonText {
    const { captures, source } = this.spec;
    return encodeObservationEnvelope({
      ...ids,
      function_id: source,
      namespace: 'default',
      invocation_id: randomUUID(),
      status: 'success',
      input: captures.has('input') ? event : undefined,
      output: captures.has('output') ? event : undefined,
      caller: captures.has('caller') ? NOBODY : undefined,
      started_at_ms: Date.now(),
      duration_ms: 0,
    });
  }
}

/** What outlives a connection: an observer that is replayed must not have more than it asked for. */
export type PastObserver = Pick<Observer, 'fires' | 'endsAt'>;
