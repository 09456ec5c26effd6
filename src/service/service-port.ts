import type { ErrorReason, ObservableId } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { JoinPresence } from '../../generated/socket.js';
import type { ItemOrGroup, Outlet, SubscriptionRequest } from '../delivery/port.js';
import type { Cursor, GroupAddress, Since, Snapshot, TraceContext } from '../domain/change.js';
import type { Eventual } from '../domain/deferred.js';
import type { Payload } from '../domain/payload.js';

/** A function call that failed, as its caller sees it on the wire. */
export interface InvocationFailure {
  readonly code: string;
  readonly message: string;
  /** Why a function of ours failed; for callers in this process, never on the wire. */
  readonly reason?: ErrorReason;
  /** The function was not called, for lack of room or of an engine, and may be later; never on the wire. */
  readonly notSent?: true;
  readonly stacktrace?: string;
}

/** Exactly one call, once: a failure, or a result (undefined when the function returned nothing). */
export type InvocationCallback = (
  failure: InvocationFailure | undefined,
  result: JsonText | undefined,
) => void;

export interface InvokeOptions {
  /** Milliseconds until the call fails with `invocation_timeout`. @default the configured `invocation_timeout_ms` */
  readonly timeoutMs?: number;
  readonly trace?: TraceContext | undefined;
  /** The handler's second argument. */
  readonly metadata?: JsonText | undefined;
}

/** A trigger that somebody registered for one of our trigger types. `config` is unvalidated. */
export interface TriggerRegistration {
  readonly id: string;
  readonly triggerType: string;
  readonly functionId: string;
  readonly config: unknown;
  readonly metadata?: unknown;
}

/** What the service offers to workers. */
export interface StreamService {
  /**
   * Calls one of our functions. Never throws.
   *
   * @param payload undefined = the call has none
   */
  call(
    functionId: string,
    payload: Payload | undefined,
    trace: TraceContext | undefined,
    done: InvocationCallback,
  ): void;
  /** Starts a trigger. Returns the failure to report when its config is refused. Replaces one of the same id. */
  registerTrigger(trigger: TriggerRegistration): InvocationFailure | undefined;
  /** Ends a trigger; an unknown id is ignored. */
  unregisterTrigger(id: string): void;
}

/** Where functions are called: the embedded engine endpoint, or a running iii engine that we are a worker of. */
export interface FunctionCaller {
  /** True when a call of this id would find a function now. Synchronous and cheap: every stream call asks it for custom streams. */
  has(functionId: string): boolean;
  /** False when no worker implements a stream: then nothing needs to be asked. */
  readonly hasCustomStreams: boolean;
  /**
   * Settles when `has` is exact for the functions of a custom stream of this name; undefined = it is now. Absent: it always is.
   * Rejects with a StreamError when that cannot be known.
   */
  settle?(stream: string): Promise<void> | undefined;
  /** Calls a function. `done` is called exactly once, also when the worker vanishes or the time is up. */
  invoke(functionId: string, payload: JsonText, options: InvokeOptions, done: InvocationCallback): void;
  /** Calls a function without wanting its result. False when there is no such function (logged by the caller). */
  notify(
    functionId: string,
    payload: JsonText,
    trace: TraceContext | undefined,
    metadata?: JsonText,
  ): boolean;
  /** True when somebody may observe this source now. Synchronous and cheap: every change asks it. */
  isObserved(source: ObservableId): boolean;
  /** Hands an event to those who observe its source; at most once each, in the order of these calls. */
  observed(source: ObservableId, event: JsonText, trace: TraceContext | undefined): void;
}

/** What a connecting socket shows to the auth function. */
export interface AuthRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly queryParams: Readonly<Record<string, readonly string[]>>;
  readonly addr: string;
}

/** Let in with a context for join/leave handlers, or refused with an HTTP status (401 refused, 503 auth function unreachable). */
export type AuthResult =
  | { readonly allowed: true; readonly context: JsonText | undefined }
  | { readonly allowed: false; readonly status: 401 | 503; readonly reason: string };

/** One wish to subscribe. */
export interface JoinRequest extends SubscriptionRequest {
  /** The item that the client wants to have meanwhile. */
  readonly presence?: JoinPresence | undefined;
}

/** What the service offers to a socket session. Calls never throw; what they have to say goes out through the outlet. */
export interface SubscriptionService {
  /** Runs the configured auth function; without one everybody is let in without a context. */
  authenticate(request: AuthRequest): Promise<AuthResult>;
  /**
   * Asks the join triggers, then sends the snapshot (or what changed since the cursor) and everything after it.
   * A refused join gets an `unauthorized` event and no data, and `settled(false)`. A join with a subscription id that
   * the outlet holds replaces it.
   */
  join(
    outlet: Outlet,
    request: JoinRequest,
    context: JsonText | undefined,
    settled: (joined: boolean) => void,
  ): void;
  /** What a subscription of the outlet is to; also of one that is still being decided. */
  find(outlet: Outlet, subscriptionId: string): ItemOrGroup | undefined;
  /** How many subscriptions an outlet has, those that are still being decided included. */
  count(outlet: Outlet): number;
  /** Ends a subscription and fires `stream:leave`; an unknown id is ignored. */
  leave(outlet: Outlet, subscriptionId: string): void;
  /** Ends all of an outlet's subscriptions; each fires `stream:leave`. */
  disconnect(outlet: Outlet): void;
  /** The outlet has room again: paused subscriptions catch up from their cursors. */
  drained(outlet: Outlet): void;
}

/** What the service offers to a door that replies once. */
export interface GroupReader {
  /** True when join handlers decide who may see this stream. */
  isGuarded(stream: string): boolean;
  /** Asks the join handlers about one read: a join with `transport: "get"` that is left at once. */
  admit(read: ItemOrGroup, context: JsonText | undefined, decided: (allowed: boolean) => void): void;
  /** The group at its latest seq. `item` tells that only this item is wanted; the reply may hold more. */
  snapshot(group: GroupAddress, item: string | undefined): Eventual<Snapshot>;
  /** What changed after the cursor. */
  changesSince(group: GroupAddress, cursor: Cursor): Eventual<Since>;
}
