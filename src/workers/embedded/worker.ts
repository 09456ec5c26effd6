import { randomUUID } from 'node:crypto';
import type { JsonText } from '../../../generated/json-text.js';
import type { WorkerMessage } from '../../../generated/worker.js';
import type { Peer } from '../protocol/peer.js';

/** What a worker says about itself. */
export interface WorkerFacts {
  readonly name?: string;
  readonly runtime?: string;
  readonly version?: string;
  readonly os?: string;
  readonly pid?: number;
  readonly isolation?: string;
}

/** A connected worker. Its functions, trigger types and triggers go when it does. */
export class Worker {
  readonly id = randomUUID();
  readonly connectedAt = Date.now();
  readonly peer: Peer<WorkerMessage>;
  readonly address: string;
  facts: WorkerFacts = {};
  /** False while it has sent telemetry at most: SDKs open connections for that alone, and those are no workers. */
  speaks = false;
  /** Functions, trigger types and triggers that this connection holds, those that a newer one took over included. */
  registrations = 0;

  constructor(peer: Peer<WorkerMessage>, address: string) {
    this.peer = peer;
    this.address = address;
  }

  /** What tells it in a log. */
  get described(): object {
    return { worker: this.id, name: this.facts.name };
  }
}

const TEXTS = ['name', 'runtime', 'version', 'os', 'isolation'] as const;

/** Takes what is well-formed of a worker's facts about itself. */
export function factsOf(payload: JsonText | undefined): WorkerFacts {
  const given = (JSON.parse(payload ?? 'null') ?? {}) as Readonly<Record<string, unknown>>;
  const facts: Record<string, string | number> = {};
  for (const key of TEXTS) {
    const value = given[key];
    if (typeof value === 'string') facts[key] = value;
  }
  if (typeof given.pid === 'number') facts.pid = given.pid;
  return facts;
}
