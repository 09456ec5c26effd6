import { type ErrorReason, INVOCATION_ERROR, STREAM_EVENT } from '../../generated/constants.js';
import type { Live } from '../config/index.js';
import { Hub } from '../delivery/hub.js';
import type { Encoders, Source } from '../delivery/port.js';
import type { GroupAddress, Snapshot, TraceContext } from '../domain/change.js';
import type { Eventual } from '../domain/deferred.js';
import { StreamError, wireMessage } from '../domain/errors.js';
import type { Payload } from '../domain/payload.js';
import { LimitedLog } from '../observability/limited-log.js';
import type { Logger } from '../observability/logger.js';
import type { Store } from '../store/port.js';
import { authenticate } from './authenticate.js';
import { checkPresence } from './checks.js';
import { Crashes } from './crashes.js';
import { CustomStreams } from './custom-streams.js';
import { createDispatch, type Dispatch } from './dispatch.js';
import type { CallContext, ServiceConfig } from './function-context.js';
import { handlers } from './functions/index.js';
import { Joins } from './joins.js';
import { Lifetimes } from './lifetimes.js';
import { Owners } from './owners.js';
import { Presences } from './presences.js';
import { Reads } from './reads.js';
import type { ServiceObserver } from './service-observer.js';
import type {
  AuthRequest,
  AuthResult,
  FunctionCaller,
  GroupReader,
  InvocationCallback,
  InvocationFailure,
  StreamService,
  SubscriptionService,
  TriggerRegistration,
} from './service-port.js';
import { PresenceTriggers } from './triggers/presence-triggers.js';
import { TriggerRegistry } from './triggers/registry.js';
import { StreamTriggers } from './triggers/stream-triggers.js';

export interface ServiceOptions {
  readonly store: Store;
  readonly functions: FunctionCaller;
  /** Put messages into the bytes of each variant of outlets. */
  readonly encoders: Encoders;
  readonly config: Live<ServiceConfig>;
  readonly logger: Logger;
  readonly observer?: ServiceObserver;
}

/**
 * The nine functions, three trigger types and subscriptions over one store. The order of a change is
 * commit → deliver → trigger → reply: nobody learns of a change that is not as durable as the store promises.
 */
export class Service implements StreamService {
  readonly hub: Hub;
  /** For clients: asks the auth function and the join handlers. */
  readonly subscriptions: SubscriptionService;
  /** For clients that ask once. */
  readonly reads: GroupReader;
  readonly triggers = new TriggerRegistry();
  readonly #options: ServiceOptions;
  readonly #dispatch: Dispatch<CallContext>;
  readonly #sourceOf: (stream: string) => Source;
  readonly #presence: PresenceTriggers;
  readonly crashes: Crashes;
  readonly #owners: Owners;
  readonly #limited: LimitedLog;

  constructor(options: ServiceOptions) {
    const { store, functions, encoders, config, logger, observer } = options;
    this.#options = options;
    this.#limited = new LimitedLog(logger);
    const limited = this.#limited;
    const triggerObserver = {
      fired: () => observer?.triggerFired(),
      failed: (trigger: { id: string; functionId: string }, failure: InvocationFailure) => {
        observer?.triggerFailed();
        const facts = { trigger: trigger.id, function: trigger.functionId, ...failure };
        limited.write('warn', `${failure.code} ${trigger.functionId}`, facts, 'a trigger call failed');
      },
    };
    const streamTriggers = new StreamTriggers(this.triggers, functions, triggerObserver);
    const custom = new CustomStreams(functions, store, (change) => streamTriggers.changed(change));
    this.#sourceOf = (stream) => custom.sourceOf(stream);
    this.hub = new Hub({
      encoders,
      outboxBytes: () => config.current.limits.outbox_bytes,
      syncBytes: () => config.current.limits.sync_bytes,
      onTooLarge: (outlet, subscriptionId) => {
        this.subscriptions.leave(outlet, subscriptionId);
        outlet.unsyncable?.();
      },
      sourceOf: this.#sourceOf,
      onDelivered: (ms) => observer?.delivered(ms),
      onError: (error, what) => logger.warn({ err: error }, `could not ${what}; trying again`),
    });
    // Joins, auth functions and everything else need room among the calls, too.
    const maxLeaves = (): number => Math.ceil(config.current.limits.max_pending_invocations / 2);
    const presence = new PresenceTriggers(this.triggers, functions, triggerObserver, maxLeaves);
    this.#presence = presence;
    const crashes = new Crashes(presence, store.owned);
    this.crashes = crashes;
    const owners = new Owners(store, crashes, {
      graceMs: () => config.current.presence.grace_ms,
      leaseMs: () => config.current.presence.lease_ms,
    });
    this.#owners = owners;
    const presences = new Presences(owners);
    this.reads = new Reads(this.#sourceOf, presence);
    this.subscriptions = new Joins({
      hub: this.hub,
      owners,
      presences,
      crashes,
      checkPresence: (at, data) => {
        custom.refusePresence(at.stream);
        owners.check('presence');
        checkPresence(at, data, config.current);
      },
      triggers: presence,
      encoders,
      authenticate: (request) => this.#authenticate(request),
    });
    store.listen({
      change: (change) => {
        observer?.changed(change);
        owners.changed(change);
        presences.changed(change);
        this.hub.change(change);
      },
      ops: (change, isFollowed) => {
        if (!isFollowed) observer?.changed({ kind: STREAM_EVENT.update });
        this.hub.ops(change, isFollowed);
      },
      event: (event) => this.hub.event(event),
      committed: (change) => streamTriggers.changed(change),
      gap: (group) => this.hub.gap(group),
    });
    this.#dispatch = createDispatch(
      handlers({ store, custom, owners, lifetimes: new Lifetimes(store, owners, config), config }, (event) =>
        streamTriggers.sent(event),
      ),
      (error) => this.#describe(error),
    );
  }

  call(
    functionId: string,
    payload: Payload | undefined,
    trace: TraceContext | undefined,
    done: InvocationCallback,
  ): void {
    const { observer } = this.#options;
    const timed = observer === undefined ? done : observer.timed(functionId, done);
    if (this.#dispatch(functionId, payload, { trace }, timed)) return;
    done({ code: INVOCATION_ERROR.functionNotFound, message: `Function ${functionId} not found` }, undefined);
  }

  registerTrigger(trigger: TriggerRegistration): InvocationFailure | undefined {
    return this.triggers.register(trigger);
  }

  unregisterTrigger(id: string): void {
    this.triggers.unregister(id);
  }

  /** A group as a join would get it: from the store, or from the functions of a custom stream. */
  snapshot(group: GroupAddress): Eventual<Snapshot> {
    return this.#sourceOf(group.stream).snapshot(group, undefined);
  }

  close(): void {
    const owed = this.#presence.close();
    if (owed > 0) this.#options.logger.warn({ owed }, 'leave handlers were not told of every leave');
    this.#owners[Symbol.dispose]();
    this.hub.close();
  }

  async #authenticate(request: AuthRequest): Promise<AuthResult> {
    const { functions, config, observer, logger } = this.#options;
    const result = await authenticate(functions, config.current, request);
    if (!result.allowed) {
      observer?.authFailed();
      logger.info({ status: result.status, reason: result.reason, addr: request.addr }, 'refused a socket');
    }
    return result;
  }

  /** Callers read what is meant for them; the rest is for our log. */
  #describe(thrown: unknown): { reason: ErrorReason; message: string } {
    if (thrown instanceof StreamError) {
      if (thrown.reason === 'internal') this.#failed(thrown.cause ?? thrown);
      return { reason: thrown.reason, message: wireMessage(thrown) };
    }
    this.#failed(thrown);
    return this.#describe(new StreamError('internal', 'the call failed; the server log says why'));
  }

  /** What callers are only told of as "internal"; they may ask without end. */
  #failed(cause: unknown): void {
    const kind = cause instanceof Error ? cause.message : String(cause);
    this.#limited.write('error', kind, { err: cause }, 'a function failed');
  }
}
