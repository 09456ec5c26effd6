import { TRIGGER_TYPE } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { LeaveTriggerPayload } from '../../generated/triggers.js';
import { jsonOf } from '../domain/json-text.js';
import type { Ownership } from '../store/port.js';
import { type Presence, presencePayload } from './triggers/payload.js';
import type { PresenceTriggers } from './triggers/presence-triggers.js';

/** Subscriptions whose leave is told by others when this process cannot (D81): those that leave handlers would be told of. */
export class Crashes {
  readonly #triggers: PresenceTriggers;
  readonly #owned: Ownership | undefined;
  /** Ids of those that are noted. */
  readonly #noted = new Set<string>();

  constructor(triggers: PresenceTriggers, owned: Ownership | undefined) {
    this.#triggers = triggers;
    this.#owned = owned;
  }

  joined(presence: Presence): void {
    const id = this.#idOf(presence);
    if (this.#owned === undefined || id === undefined || !this.#triggers.isLeaveTold(presence.stream)) return;
    this.#noted.add(id);
    this.#owned.joined(id, presencePayload({ ...presence, type: TRIGGER_TYPE.leave }, Date.now()));
  }

  left(presence: Presence): void {
    if (this.#noted.size === 0) return;
    const id = this.#idOf(presence);
    if (id !== undefined && this.#noted.delete(id)) this.#owned?.left(id);
  }

  /** As `OwnershipEvents.tells`. */
  tells(joined: JsonText): boolean {
    return this.#triggers.isLeaveTold((JSON.parse(joined) as LeaveTriggerPayload).stream_name);
  }

  /** As `OwnershipEvents.crashed`. */
  crashed(joined: JsonText): void {
    const payload = JSON.parse(joined) as LeaveTriggerPayload;
    this.#triggers.leave({
      type: TRIGGER_TYPE.leave,
      reason: 'crashed',
      subscriptionId: payload.subscription_id ?? '',
      stream: payload.stream_name,
      group: payload.group_id,
      item: payload.id ?? undefined,
      transport: payload.transport,
      connectionId: payload.connection_id,
      context: payload.context === undefined ? undefined : jsonOf(payload.context),
    });
  }

  #idOf({ connectionId, subscriptionId }: Presence): string | undefined {
    return connectionId && `${connectionId}/${encodeURIComponent(subscriptionId)}`;
  }
}
