import { randomUUID } from 'node:crypto';
import { TRIGGER_TYPE } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type { ItemOrGroup, Source } from '../delivery/port.js';
import type { Cursor, GroupAddress, Since, Snapshot } from '../domain/change.js';
import type { Eventual } from '../domain/deferred.js';
import type { GroupReader } from './service-port.js';
import type { PresenceTriggers } from './triggers/presence-triggers.js';

/** Reads without a subscription. */
export class Reads implements GroupReader {
  readonly #sourceOf: (stream: string) => Source;
  readonly #triggers: PresenceTriggers;

  constructor(sourceOf: (stream: string) => Source, triggers: PresenceTriggers) {
    this.#sourceOf = sourceOf;
    this.#triggers = triggers;
  }

  isGuarded(stream: string): boolean {
    return this.#triggers.guards(stream);
  }

  admit(
    { stream, group, item }: ItemOrGroup,
    context: JsonText | undefined,
    decided: (allowed: boolean) => void,
  ): void {
    const presence = {
      subscriptionId: randomUUID(),
      stream,
      group,
      item,
      transport: 'get',
      connectionId: undefined,
      context,
    } as const;
    this.#triggers.join({ type: TRIGGER_TYPE.join, ...presence }, (allowed) => {
      if (allowed) this.#triggers.leave({ type: TRIGGER_TYPE.leave, ...presence });
      decided(allowed);
    });
  }

  snapshot(group: GroupAddress, item: string | undefined): Eventual<Snapshot> {
    return this.#sourceOf(group.stream).snapshot(group, item);
  }

  changesSince(group: GroupAddress, cursor: Cursor): Eventual<Since> {
    return this.#sourceOf(group.stream).changesSince(group, cursor);
  }
}
