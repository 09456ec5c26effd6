import {
  OBSERVABLE,
  OBSERVER_ERROR,
  OBSERVER_STATE,
  type ObservableId,
  type ObserverState,
  WORKER_MESSAGE,
} from '../../../../generated/constants.js';
import type { JsonText } from '../../../../generated/json-text.js';
import {
  encodeObserveResultMessage,
  encodeObserverStateChangedMessage,
} from '../../../../generated/messages/worker.js';
import type { ObserveMessage } from '../../../../generated/worker.js';
import type { TraceContext } from '../../../domain/change.js';
import type { Logger } from '../../../observability/logger.js';
import type { InvocationFailure } from '../../../service/service-port.js';
import type { Deadlines } from '../../protocol/deadlines.js';
import { errorBody } from '../../protocol/encode.js';
import { Triggers } from '../triggers.js';
import type { Worker } from '../worker.js';
import { Observer, type ObserverHost, type PastObserver } from './observer.js';
import { readObserve } from './spec.js';

/** Milliseconds after which a worker learns how often its observers fired. */
const REPORT_MS = 250;
/** Observers of closed connections that are remembered, the latest ones. */
const MAX_PAST = 10_000;

export interface ObserversOptions {
  readonly has: (functionId: string) => boolean;
  readonly call: ObserverHost['call'];
  readonly deadlines: Deadlines;
  readonly logger: Logger;
}

/**
 * Observers of the stream sources. They go with the connection that made them, and SDKs replay them; equal ones of
 * different connections call their target once, as triggers do (D29).
 */
export class Observers implements ObserverHost {
  readonly call: ObserverHost['call'];
  readonly #options: ObserversOptions;
  /** Who holds which, and which of equal ones runs: an observer is a trigger whose type is its source. */
  readonly #held = new Triggers();
  readonly #byId = new Map<string, Observer>();
  readonly #running = new Map<string, Map<string, Observer>>();
  readonly #past = new Map<string, PastObserver>();
  readonly #unreported = new Set<Observer>();
  #report: NodeJS.Timeout | undefined;

  constructor(options: ObserversOptions) {
    this.#options = options;
    this.call = options.call;
    for (const id of Object.values(OBSERVABLE)) {
      const running = new Map<string, Observer>();
      this.#running.set(id, running);
      this.#held.offer(
        { id, description: '' },
        {
          start: (trigger) => void running.set(trigger.id, this.#byId.get(trigger.id)!),
          end: (trigger) => void running.delete(trigger.id),
        },
      );
    }
  }

  isObserved(source: ObservableId): boolean {
    return this.#running.get(source)!.size > 0;
  }

  observed(source: ObservableId, text: JsonText, trace: TraceContext | undefined): void {
    let event: unknown;
    const parsed = (): unknown => {
      event ??= JSON.parse(text);
      return event;
    };
    for (const observer of this.#running.get(source)!.values()) observer.take({ text, parsed, trace });
  }

  /** Answers the worker. False when the connection held an observer of this id already, or it is refused. */
  observe(worker: Worker, message: ObserveMessage): boolean {
    const { id } = message;
    const spec = readObserve(message);
    if ('code' in spec) {
      this.#options.logger.warn({ ...worker.described, observer: id, ...spec }, 'refused an observer');
      this.#answer(worker, id, OBSERVER_STATE.error, spec);
      return false;
    }
    const former = this.#byId.get(id);
    const observer = new Observer(spec, worker, this, former ?? this.#past.get(id));
    const restMs = observer.endsAt === undefined ? 0 : observer.endsAt - performance.now();
    if (observer.fires >= spec.maxFires || restMs < 0) {
      this.#answer(worker, id, OBSERVER_STATE.disposed, undefined);
      return false;
    }
    if (former !== undefined) this.#release(former);
    this.#byId.set(id, observer);
    if (observer.endsAt !== undefined) this.#options.deadlines.add(observer, restMs);
    observer.state = this.#options.has(spec.target) ? OBSERVER_STATE.active : OBSERVER_STATE.pending;
    const { source, target, metadata, max_fires, max_in_flight } = message;
    const isNew = this.#held.register(worker, {
      type: WORKER_MESSAGE.registerTrigger,
      id,
      trigger_type: spec.source,
      function_id: target.function_id,
      config: { ...source, max_fires, max_in_flight },
      metadata,
    });
    this.#answer(worker, id, observer.state, undefined);
    return isNew;
  }

  /** False when the connection has no such observer. */
  unobserve(worker: Worker, id: string): boolean {
    const observer = this.#byId.get(id);
    if (observer?.worker !== worker) {
      const message = `there is no observer ${id} of this connection`;
      this.#tell(worker, id, OBSERVER_STATE.disposed, 0, { code: OBSERVER_ERROR.notFound, message });
      return false;
    }
    this.ended(observer, { code: OBSERVER_ERROR.unobserved, message: 'the worker took it back' });
    return true;
  }

  /** A connection is closed, and its observers go with it; they may come back over another. */
  removeOf(worker: Worker): void {
    for (const [id, observer] of this.#byId) {
      if (observer.worker !== worker) continue;
      this.#past.delete(id);
      this.#past.set(id, { fires: observer.fires, endsAt: observer.endsAt });
      if (this.#past.size > MAX_PAST) this.#past.delete(this.#past.keys().next().value!);
      this.#remove(observer);
    }
  }

  /** A function appeared or vanished. */
  functionChanged(id: string): void {
    for (const observer of this.#byId.values()) {
      if (observer.spec.target !== id) continue;
      const isThere = this.#options.has(id);
      const state = isThere ? OBSERVER_STATE.active : OBSERVER_STATE.suspended;
      if (state === observer.state || (!isThere && observer.state === OBSERVER_STATE.pending)) continue;
      observer.state = state;
      const message = `Function ${id} is gone`;
      const reason = isThere ? undefined : { code: OBSERVER_ERROR.targetUnavailable, message };
      this.#tell(observer.worker, observer.spec.id, state, observer.fires, reason);
    }
  }

  fired(observer: Observer): void {
    this.#unreported.add(observer);
    this.#report ??= setTimeout(() => this.#reportFires(), REPORT_MS).unref();
  }

  ended(observer: Observer, reason: InvocationFailure): void {
    const { worker, spec, fires } = observer;
    observer.worker.registrations -= 1;
    // What was let through before goes on waiting for its target, but for what was taken back.
    if (reason.code === OBSERVER_ERROR.unobserved) observer.drop();
    this.#remove(observer);
    this.#tell(worker, spec.id, OBSERVER_STATE.disposed, fires, reason);
  }

  failed({ spec, worker }: Observer, failure: InvocationFailure): void {
    const facts = { ...worker.described, observer: spec.id, function: spec.target, ...failure };
    this.#options.logger.warn(facts, 'a call of an observer failed');
  }

  get(id: string): Observer | undefined {
    return this.#byId.get(id);
  }

  close(): void {
    clearTimeout(this.#report);
  }

  #remove(observer: Observer): void {
    const { id } = observer.spec;
    this.#release(observer);
    this.#byId.delete(id);
    this.#held.unregister(observer.worker, id);
  }

  #release(observer: Observer): void {
    this.#options.deadlines.remove(observer);
    this.#unreported.delete(observer);
  }

  #reportFires(): void {
    this.#report = undefined;
    for (const { worker, spec, state, fires } of this.#unreported)
      this.#tell(worker, spec.id, state, fires, undefined);
    this.#unreported.clear();
  }

  #answer(worker: Worker, id: string, state: ObserverState, failure: InvocationFailure | undefined): void {
    worker.peer.send(encodeObserveResultMessage({ id, state, error: failure && errorBody(failure) }));
  }

  #tell(
    worker: Worker,
    id: string,
    state: ObserverState,
    fires: number,
    reason: InvocationFailure | undefined,
  ): void {
    worker.peer.send(
      encodeObserverStateChangedMessage({ id, state, fires, reason: reason && errorBody(reason) }),
    );
  }
}
