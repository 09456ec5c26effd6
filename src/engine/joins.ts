import { TRIGGER_TYPE } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Hub } from '../delivery/hub.js';
import type { FrameEncoder, Outlet } from '../delivery/outlet.js';
import { renderUnauthorized } from '../domain/message.js';
import type { JoinRequest } from './port.js';
import type { Presence } from './triggers/payload.js';
import type { PresenceTriggers } from './triggers/presence-triggers.js';

/** One subscription from its join on; `context` is kept for its leave. */
interface Joined {
  readonly request: JoinRequest;
  readonly context: JsonText | undefined;
  state: 'deciding' | 'joined' | 'left';
}

/** Who is subscribed, from the join handlers' permission to `stream:leave`. */
export class Joins {
  readonly #hub: Hub;
  readonly #triggers: PresenceTriggers;
  readonly #encode: FrameEncoder;
  readonly #outlets = new Map<Outlet, Map<string, Joined>>();

  constructor(hub: Hub, triggers: PresenceTriggers, encode: FrameEncoder) {
    this.#hub = hub;
    this.#triggers = triggers;
    this.#encode = encode;
  }

  join(
    outlet: Outlet,
    request: JoinRequest,
    context: JsonText | undefined,
    settled: (joined: boolean) => void,
  ): void {
    this.leave(outlet, request.subscriptionId);
    let joins = this.#outlets.get(outlet);
    if (joins === undefined) {
      joins = new Map();
      this.#outlets.set(outlet, joins);
    }
    const joined: Joined = { request, context, state: 'deciding' };
    joins.set(request.subscriptionId, joined);
    this.#triggers.join(presence(TRIGGER_TYPE.join, joined), (allowed) => {
      if (allowed) this.#allowed(outlet, joined, settled);
      else this.#refused(outlet, joined, settled);
    });
  }

  leave(outlet: Outlet, subscriptionId: string): void {
    const joined = this.#outlets.get(outlet)?.get(subscriptionId);
    if (joined === undefined) return;
    this.#forget(outlet, joined);
    const wasJoined = joined.state === 'joined';
    joined.state = 'left';
    this.#hub.unsubscribe(outlet, subscriptionId);
    // While the join handlers still decide, their answer tells whether there is anything to leave.
    if (wasJoined) this.#triggers.leave(presence(TRIGGER_TYPE.leave, joined));
  }

  disconnect(outlet: Outlet): void {
    for (const id of [...(this.#outlets.get(outlet)?.keys() ?? [])]) this.leave(outlet, id);
  }

  #allowed(outlet: Outlet, joined: Joined, settled: (joined: boolean) => void): void {
    if (joined.state === 'left') {
      this.#triggers.leave(presence(TRIGGER_TYPE.leave, joined));
      return;
    }
    joined.state = 'joined';
    const { subscriptionId: id, stream, group, item, since, withItems, ack } = joined.request;
    this.#hub.subscribe(outlet, { id, stream, group, item, since, withItems, ack });
    settled(true);
  }

  #refused(outlet: Outlet, joined: Joined, settled: (joined: boolean) => void): void {
    if (joined.state === 'left') return;
    this.#forget(outlet, joined);
    joined.state = 'left';
    outlet.write(this.#encode([renderUnauthorized(joined.request, joined.request.item, Date.now())]));
    settled(false);
  }

  #forget(outlet: Outlet, joined: Joined): void {
    const joins = this.#outlets.get(outlet);
    const id = joined.request.subscriptionId;
    if (joins?.get(id) !== joined) return;
    joins.delete(id);
    if (joins.size === 0) this.#outlets.delete(outlet);
  }
}

const presence = (type: Presence['type'], { request, context }: Joined): Presence => {
  const { subscriptionId, stream, group, item } = request;
  return { type, subscriptionId, stream, group, item, context };
};
