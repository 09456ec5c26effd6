import { TRIGGER_TYPE } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Hub } from '../delivery/hub.js';
import { type Encoders, type ItemOrGroup, type Outlet, unsequenced } from '../delivery/port.js';
import { renderUnauthorized } from '../domain/message.js';
import type { Owners } from './owners.js';
import type { JoinRequest, SubscriptionService } from './service-port.js';
import type { Presence, Transport } from './triggers/payload.js';
import type { PresenceTriggers } from './triggers/presence-triggers.js';

/** A join that its handlers still decide. */
interface Undecided {
  readonly request: JoinRequest;
  readonly context: JsonText | undefined;
  /** It was left before it was decided. */
  left: boolean;
  /** True when it will not be decided. */
  takeBack: () => boolean;
}

export interface JoinsOptions {
  readonly hub: Hub;
  readonly owners: Owners;
  readonly triggers: PresenceTriggers;
  readonly encoders: Encoders;
  readonly authenticate: SubscriptionService['authenticate'];
}

/** Who is subscribed, from the join handlers' permission to `stream:leave`. Who is in is known to the hub alone. */
export class Joins implements SubscriptionService {
  readonly authenticate: SubscriptionService['authenticate'];
  readonly #hub: Hub;
  readonly #owners: Owners;
  readonly #triggers: PresenceTriggers;
  readonly #encoders: Encoders;
  readonly #undecided = new Map<Outlet, Map<string, Undecided>>();

  constructor({ hub, owners, triggers, encoders, authenticate }: JoinsOptions) {
    this.authenticate = authenticate;
    this.#hub = hub;
    this.#owners = owners;
    this.#triggers = triggers;
    this.#encoders = encoders;
  }

  find(outlet: Outlet, subscriptionId: string): ItemOrGroup | undefined {
    const undecided = this.#undecided.get(outlet)?.get(subscriptionId);
    return undecided?.request ?? this.#hub.find(outlet, subscriptionId);
  }

  count(outlet: Outlet): number {
    return (this.#undecided.get(outlet)?.size ?? 0) + this.#hub.count(outlet);
  }

  join(
    outlet: Outlet,
    request: JoinRequest,
    context: JsonText | undefined,
    settled: (joined: boolean) => void,
  ): void {
    this.#owners.connected(outlet);
    this.leave(outlet, request.subscriptionId);
    const join: Undecided = { request, context, left: false, takeBack: () => false };
    this.#remember(outlet, join);
    join.takeBack = this.#triggers.join(
      this.#presence(TRIGGER_TYPE.join, outlet, request, context),
      (allowed) => {
        this.#forget(outlet, join);
        if (allowed) this.#allowed(outlet, join, settled);
        else if (!join.left) {
          const refusal = unsequenced(renderUnauthorized(request, request.item, Date.now()));
          outlet.write(this.#encoders[outlet.variant]([refusal]));
          settled(false);
        }
      },
    );
  }

  leave(outlet: Outlet, subscriptionId: string): void {
    const undecided = this.#undecided.get(outlet)?.get(subscriptionId);
    if (undecided !== undefined) {
      // The handlers' decision tells whether there is anything to leave.
      undecided.left = true;
      undecided.takeBack();
      this.#forget(outlet, undecided);
      return;
    }
    const ended = this.#hub.unsubscribe(outlet, subscriptionId);
    if (ended !== undefined) this.#left(outlet, ended, ended.context);
  }

  disconnect(outlet: Outlet): void {
    for (const id of [...(this.#undecided.get(outlet)?.keys() ?? [])]) this.leave(outlet, id);
    for (const ended of this.#hub.disconnect(outlet)) this.#left(outlet, ended, ended.context);
    this.#owners.disconnected(outlet);
  }

  drained(outlet: Outlet): void {
    this.#hub.drained(outlet);
  }

  #allowed(outlet: Outlet, { request, context, left }: Undecided, settled: (joined: boolean) => void): void {
    if (left) {
      this.#left(outlet, request, context);
      return;
    }
    this.#hub.subscribe(outlet, request, context);
    settled(true);
  }

  #left(outlet: Outlet, one: Addressed, context: JsonText | undefined): void {
    this.#triggers.leave(this.#presence(TRIGGER_TYPE.leave, outlet, one, context));
  }

  #presence(type: Presence['type'], outlet: Outlet, one: Addressed, context: JsonText | undefined): Presence {
    const transport = transportOf(outlet);
    return { type, ...address(one), transport, connectionId: this.#owners.connectionId(outlet), context };
  }

  #remember(outlet: Outlet, join: Undecided): void {
    const joins = this.#undecided.get(outlet) ?? new Map<string, Undecided>();
    this.#undecided.set(outlet, joins.set(join.request.subscriptionId, join));
  }

  #forget(outlet: Outlet, join: Undecided): void {
    const joins = this.#undecided.get(outlet);
    const id = join.request.subscriptionId;
    if (joins?.get(id) !== join) return;
    joins.delete(id);
    if (joins.size === 0) this.#undecided.delete(outlet);
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
