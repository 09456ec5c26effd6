import { TRIGGER_TYPE } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { JoinPresence } from '../../generated/socket.js';
import type { Hub } from '../delivery/hub.js';
import {
  type Encoders,
  type ItemOrGroup,
  type Outlet,
  type Subscription,
  unsequenced,
} from '../delivery/port.js';
import type { ItemAddress } from '../domain/change.js';
import { whenReady } from '../domain/deferred.js';
import { StreamError } from '../domain/errors.js';
import { jsonOf } from '../domain/json-text.js';
import { renderUnauthorized } from '../domain/message.js';
import type { Crashes } from './crashes.js';
import { joinErrorText } from './join-error.js';
import type { Owners } from './owners.js';
import type { Presences } from './presences.js';
import type { JoinRequest, SubscriptionService } from './service-port.js';
import type { Presence, Transport } from './triggers/payload.js';
import type { Grant, PresenceTriggers } from './triggers/presence-triggers.js';
import { type Undecided, UndecidedJoins } from './undecided-joins.js';

type Wanted = NonNullable<Presence['presence']>;

export interface JoinsOptions {
  readonly hub: Hub;
  readonly owners: Owners;
  readonly presences: Presences;
  readonly crashes: Crashes;
  /** @throws StreamError what is wrong with an item that a client asks for */
  readonly checkPresence: (at: ItemAddress, data: JsonText) => void;
  readonly triggers: PresenceTriggers;
  readonly encoders: Encoders;
  readonly authenticate: SubscriptionService['authenticate'];
}

/** Who is subscribed, from the join handlers' permission to `stream:leave`. Who is in is known to the hub alone. */
export class Joins implements SubscriptionService {
  readonly authenticate: SubscriptionService['authenticate'];
  readonly #hub: Hub;
  readonly #owners: Owners;
  readonly #presences: Presences;
  readonly #crashes: Crashes;
  readonly #checkPresence: JoinsOptions['checkPresence'];
  readonly #triggers: PresenceTriggers;
  readonly #encoders: Encoders;
  readonly #undecided = new UndecidedJoins();

  constructor({
    hub,
    owners,
    presences,
    crashes,
    checkPresence,
    triggers,
    encoders,
    authenticate,
  }: JoinsOptions) {
    this.authenticate = authenticate;
    this.#hub = hub;
    this.#owners = owners;
    this.#presences = presences;
    this.#crashes = crashes;
    this.#checkPresence = checkPresence;
    this.#triggers = triggers;
    this.#encoders = encoders;
  }

  find(outlet: Outlet, subscriptionId: string): ItemOrGroup | undefined {
    const undecided = this.#undecided.find(outlet, subscriptionId);
    return undecided?.request ?? this.#hub.find(outlet, subscriptionId);
  }

  count(outlet: Outlet): number {
    return this.#undecided.count(outlet) + this.#hub.count(outlet);
  }

  join(
    outlet: Outlet,
    request: JoinRequest,
    context: JsonText | undefined,
    settled: (joined: boolean) => void,
  ): void {
    this.#owners.connected(outlet);
    this.leave(outlet, request.subscriptionId);
    const wanted = request.presence && this.#wanted(outlet, request, request.presence);
    if (wanted instanceof StreamError) {
      this.#refuse(outlet, request, wanted);
      settled(false);
      return;
    }
    const join: Undecided = { request, context, left: false, takeBack: () => false };
    this.#undecided.add(outlet, join);
    const presence = this.#presence(TRIGGER_TYPE.join, outlet, request, context);
    join.takeBack = this.#triggers.join(
      wanted === undefined ? presence : { ...presence, presence: wanted },
      (allowed, grant) => {
        if (allowed && wanted !== undefined) this.#enter(outlet, join, wanted, grant, settled);
        else if (allowed) this.#allowed(outlet, join, settled);
        else {
          this.#undecided.delete(outlet, join);
          if (join.left) return;
          const refusal = unsequenced(renderUnauthorized(request, request.item, Date.now()));
          outlet.write(this.#encoders[outlet.variant]([refusal]));
          settled(false);
        }
      },
    );
  }

  leave(outlet: Outlet, subscriptionId: string): void {
    const undecided = this.#undecided.find(outlet, subscriptionId);
    if (undecided !== undefined) {
      // The handlers' decision tells whether there is anything to leave.
      undecided.left = true;
      undecided.takeBack();
      this.#undecided.delete(outlet, undecided);
      return;
    }
    const ended = this.#hub.unsubscribe(outlet, subscriptionId);
    if (ended !== undefined) this.#ended(outlet, ended);
  }

  disconnect(outlet: Outlet): void {
    for (const id of this.#undecided.ids(outlet)) this.leave(outlet, id);
    for (const ended of this.#hub.disconnect(outlet)) this.#ended(outlet, ended);
    this.#owners.disconnected(outlet);
  }

  drained(outlet: Outlet): void {
    this.#hub.drained(outlet);
  }

  /** The item that a client asks for, or why it cannot have one. */
  #wanted(outlet: Outlet, { stream, group }: JoinRequest, { key, data }: JoinPresence): Wanted | StreamError {
    const item = key ?? this.#owners.connectionId(outlet) ?? '';
    try {
      this.#checkPresence({ stream, group, item }, jsonOf(data));
      return { key: item, data };
    } catch (error) {
      if (error instanceof StreamError) return error;
      throw error;
    }
  }

  /** Writes the item of a join that is allowed, where that is too: then the first sync has it. */
  #enter(
    outlet: Outlet,
    join: Undecided,
    { key, data }: Wanted,
    grant: Grant | undefined,
    settled: (joined: boolean) => void,
  ): void {
    const { request } = join;
    const at = { stream: request.stream, group: request.group, item: key };
    const failed = (error: unknown): void => {
      this.#undecided.delete(outlet, join);
      if (join.present !== undefined) this.#presences.exit(join.present);
      this.#left(outlet, request, join.context);
      if (join.left) return;
      this.#refuse(outlet, request, error);
      settled(false);
    };
    if (join.left) {
      this.#allowed(outlet, join, settled);
      return;
    }
    try {
      if (grant === undefined)
        throw new StreamError('invalid_input', 'presence: no join handler of this stream allows it');
      const value = grant === true ? jsonOf(data) : grant;
      this.#checkPresence(at, value);
      join.present = this.#presences.enter(outlet, at, value);
      whenReady(this.#presences.write(join.present), () => this.#allowed(outlet, join, settled), failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Tells the client that there is no subscription, and why. */
  #refuse(outlet: Outlet, { subscriptionId }: JoinRequest, error: unknown): void {
    outlet.write(this.#encoders[outlet.variant]([unsequenced(joinErrorText(error, subscriptionId))]));
  }

  #allowed(outlet: Outlet, join: Undecided, settled: (joined: boolean) => void): void {
    const { request, context, left, present } = join;
    this.#undecided.delete(outlet, join);
    if (left) {
      if (present !== undefined) this.#presences.exit(present);
      this.#left(outlet, request, context);
      return;
    }
    if (present !== undefined) this.#presences.keep(outlet, request.subscriptionId, present);
    this.#crashes.joined(this.#presence(TRIGGER_TYPE.leave, outlet, request, context));
    this.#hub.subscribe(outlet, request, context);
    settled(true);
  }

  #ended(outlet: Outlet, subscription: Subscription): void {
    this.#presences.leave(outlet, subscription.subscriptionId);
    this.#left(outlet, subscription, subscription.context);
  }

  #left(outlet: Outlet, one: Addressed, context: JsonText | undefined): void {
    const presence = this.#presence(TRIGGER_TYPE.leave, outlet, one, context);
    this.#crashes.left(presence);
    this.#triggers.leave(presence);
  }

  #presence(type: Presence['type'], outlet: Outlet, one: Addressed, context: JsonText | undefined): Presence {
    const transport = transportOf(outlet);
    return { type, ...address(one), transport, connectionId: this.#owners.connectionId(outlet), context };
  }
}

/** A WebSocket goes without saying: its payload is what handlers know from before there were others. */
const transportOf = ({ variant, transport }: Outlet): Transport | undefined =>
  transport ?? (variant === 'ws' ? undefined : variant);

type Addressed = ItemOrGroup & { readonly subscriptionId: string };

const address = ({ subscriptionId, stream, group, item }: Addressed): Addressed => ({
  subscriptionId,
  stream,
  group,
  item,
});
