import { randomUUID } from 'node:crypto';
import { OBSERVABLE, WORKER_EVENT } from '../../../generated/constants.js';
import type { EngineMessage } from '../../../generated/worker.js';
import type { Payload } from '../../domain/payload.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationCallback } from '../../service/service-port.js';
import type { Peer } from '../protocol/peer.js';
import type { CustomStreamFunctions } from './custom-stream-functions.js';
import type { EngineFeatures } from './engine-features.js';
import type { EngineStanding } from './engine-standing.js';
import type { Link } from './link.js';
import {
  announceFrame,
  functionFrames,
  sourceFrames,
  subscriptionFrames,
  typeFrames,
} from './registration.js';
import type { RelayedTriggers } from './relayed-triggers.js';

const SOURCES: ReadonlySet<string> = new Set(Object.values(OBSERVABLE));

export interface RegistrarOptions {
  readonly logger: Logger;
  /** What logs call the engine. */
  readonly engine: string;
  readonly link: Link;
  readonly custom: CustomStreamFunctions;
  readonly triggers: RelayedTriggers;
  readonly standing: EngineStanding;
  readonly features: EngineFeatures;
  readonly isOneOfSeveral: boolean;
}

/** Registers what we offer, and hears from the engine when other workers change. */
export class Registrar {
  readonly #options: RegistrarOptions;
  // Ids of this process alone: a second one would take the notifications over.
  readonly #functionsFunction = `iii-stream-functions-available-${randomUUID()}`;
  readonly #workersFunction = `iii-stream-workers-available-${randomUUID()}`;

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /**
   * The order matters. Which custom streams there are is known before the first call comes in; triggers that ended
   * end before the engine relays their successors; and the last question, whose reply comes after everything that we registered,
   * finds what ended in between. False when the connection was lost meanwhile.
   */
  async register(engine: Peer<EngineMessage>): Promise<boolean> {
    const { link, custom, triggers, standing, features } = this.#options;
    const { reattach } = standing;
    if (reattach !== undefined) engine.send(reattach);
    for (const frame of subscriptionFrames(this.#functionsFunction, this.#workersFunction))
      engine.send(frame);
    await Promise.all([custom.refresh(), triggers.reconcile(false)]);
    if (link.engine !== engine) return false;
    standing.offers();
    if (features.observes) for (const frame of sourceFrames()) engine.send(frame);
    for (const frame of [...typeFrames(), ...functionFrames()]) engine.send(frame);
    engine.send(announceFrame(standing.identity));
    // Until here nobody told us of workers.
    custom.changed();
    await Promise.all([custom.refresh(), triggers.reconcile(true)]);
    return link.engine === engine;
  }

  /** True when the call is a notification of the engine, or an event that we call a source with. */
  takes(functionId: string, payload: Payload | undefined, reply: InvocationCallback): boolean {
    const { custom, triggers, isOneOfSeveral } = this.#options;
    if (SOURCES.has(functionId)) reply(undefined, payload?.text);
    else if (functionId === this.#functionsFunction || functionId === this.#workersFunction) {
      reply(undefined, undefined);
      custom.changed();
      if (isOneOfSeveral) void triggers.learn();
      if (functionId === this.#functionsFunction) void custom.refresh();
      else if (isDeparture(payload?.parsed)) void this.#offerOrphans();
    } else return false;
    return true;
  }

  /** A worker that had functions of ours may be gone: the engine gives them to nobody by itself. */
  async #offerOrphans(): Promise<void> {
    const { logger, engine: name, link, custom, standing } = this.#options;
    await custom.refresh();
    const { engine } = link;
    const functions = standing.orphans();
    if (engine === undefined || functions.length === 0) return;
    logger.info({ engine: name, functions }, 'offering again what nobody has any more');
    for (const frame of [...typeFrames(), ...functionFrames(functions)]) engine.send(frame);
  }
}

const isDeparture = (event: unknown): boolean =>
  (event as { readonly event?: unknown } | null | undefined)?.event === WORKER_EVENT.disconnected;
