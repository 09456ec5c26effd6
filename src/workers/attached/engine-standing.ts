import { randomUUID } from 'node:crypto';
import { FUNCTION } from '../../../generated/constants.js';
import { FUNCTION_DESCRIPTORS } from '../../../generated/descriptors.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeReattachMessage } from '../../../generated/messages/worker.js';
import type { RegistrationRejectedMessage, WorkerRegisteredMessage } from '../../../generated/worker.js';
import type { Logger } from '../../observability/logger.js';
import type { Listed } from './custom-stream-functions.js';
import type { WorkerIdentity } from './registration.js';

/** The engine's code for a name that a living worker has. */
const NAME_CONFLICT = 'WORKER_NAMESPACE_CONFLICT';

const OWN: readonly string[] = FUNCTION_DESCRIPTORS.map(({ id }) => id);

export const RIVAL =
  "the engine's own iii-stream is active: our functions replace its, but clients of its socket see nothing of what we " +
  "store. Remove the entry `- name: iii-stream` from the engine's config.yaml, and restart the engine";

export interface EngineStandingOptions {
  readonly logger: Logger;
  /** What logs call the engine. */
  readonly engine: string;
  readonly identity: WorkerIdentity;
  /** Other instances of us may have our functions, because they keep their data where we do. */
  readonly isOneOfSeveral: boolean;
}

/** As whom the engine takes us, and which of our functions it leaves to another worker. */
export class EngineStanding {
  readonly #options: EngineStandingOptions;
  /** Our functions that another worker keeps. */
  readonly #conflicts = new Set<string>();
  /** Everything that the engine listed last. */
  #listed: ReadonlyMap<unknown, unknown> = new Map();
  #isOffered = false;
  #rival: string | undefined;
  #rejection: string | undefined;
  #otherName: string | undefined;
  #reattach: JsonText | undefined;

  constructor(options: EngineStandingOptions) {
    this.#options = options;
  }

  get identity(): WorkerIdentity {
    const { identity } = this.#options;
    return this.#otherName === undefined ? identity : { ...identity, name: this.#otherName };
  }

  /** The first message of a reconnect: the engine lets us have our name and functions, though it may still hold the last socket. */
  get reattach(): JsonText | undefined {
    return this.#reattach;
  }

  /** Why the engine does not have us, for good. */
  get rejection(): string | undefined {
    return this.#rejection;
  }

  /** What keeps workers or clients from reaching us as they should. */
  notReady(): string | undefined {
    if (this.#rejection !== undefined) return this.#rejection;
    const { isOneOfSeveral } = this.#options;
    if (this.#conflicts.size === 0 || (isOneOfSeveral && isOurs(this.#listed.get(FUNCTION.set))))
      return this.#rival;
    const ids = [...this.#conflicts].join(', ');
    return `another worker of the engine has functions of ours, and keeps them: ${ids}`;
  }

  greeted({ worker_id, reattach_token }: WorkerRegisteredMessage): void {
    this.#reattach = encodeReattachMessage({
      previous_worker_id: worker_id,
      reattach_token: reattach_token ?? undefined,
    });
  }

  /** Takes the engine's list. Before we offer our functions it shows who else does. */
  take(functions: Listed): void {
    this.#listed = new Map(functions.map(({ function_id, metadata }) => [function_id, metadata]));
    if (this.#isOffered) return;
    const isRival = this.#listed.has(FUNCTION.set) && !isOurs(this.#listed.get(FUNCTION.set));
    this.#rival = isRival ? RIVAL : undefined;
  }

  /** We are about to offer our functions on this connection. */
  offers(): void {
    this.#isOffered = true;
    const { logger, engine } = this.#options;
    if (this.#rival !== undefined) logger.warn({ engine }, this.#rival);
  }

  /** Our functions that nobody has any more, as the last list tells; whoever had them is gone. */
  orphans(): readonly string[] {
    if (!this.#isOffered) return [];
    const orphans = OWN.filter((id) => !this.#listed.has(id));
    for (const id of orphans) this.#conflicts.delete(id);
    return orphans;
  }

  disconnected(): void {
    this.#isOffered = false;
    this.#rival = undefined;
    this.#conflicts.clear();
  }

  /** A function that is taken is offered again when its owner goes; a name that is taken is changed, once. */
  rejected(message: RegistrationRejectedMessage): void {
    const { code, function_id, worker_name: name, owner_worker_id: owner } = message;
    const { logger, engine } = this.#options;
    if (function_id != null) {
      this.#conflicts.add(function_id);
      const facts = { engine, code, function: function_id, owner };
      logger.warn(facts, 'another worker has a function of ours: ours is offered again when that one ends');
    } else if (code === NAME_CONFLICT && this.#otherName === undefined) {
      this.#otherName = `iii-stream-${randomUUID().slice(0, 8)}`;
      this.#reattach = undefined;
      const facts = { engine, code, name, owner, next: this.#otherName };
      logger.warn(facts, 'a living worker of the engine has our name: connecting again under another');
    } else {
      this.#rejection = `the engine rejected us (${code}) and is not asked again: end the worker that is in the way, and start anew`;
      logger.error({ engine, code, name, owner }, this.#rejection);
    }
  }
}

/** True for the metadata that we give our functions. */
const isOurs = (metadata: unknown): boolean =>
  Array.isArray((metadata as { readonly capabilities?: unknown } | null | undefined)?.capabilities);
