import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { CuttableProxy } from './cuttable-proxy.js';
import type { Command } from './sdks.js';

/** What is tried of each SDK, in this order. */
export const FEATURES = [
  'functions',
  'trigger',
  'join',
  'observe',
  'metadata',
  'custom',
  'large',
  'reconnect',
] as const;
export type Feature = (typeof FEATURES)[number];

export type Outcome = 'works' | 'not offered' | 'fails';

/** What a worker's program writes: an outcome, or a wish. */
interface Line {
  readonly feature?: Feature;
  readonly outcome?: Outcome;
  readonly why?: string;
  /** A client shall join this stream. */
  readonly join?: string;
  /** Its connection shall be cut. */
  readonly cut?: true;
}

export interface Place {
  /** Where workers connect. */
  readonly engineUrl: string;
  readonly streamUrl: string;
}

/** Milliseconds that a worker has for all features. */
const TRIAL_MS = 90_000;

/** Runs a worker's program, and tells what works. @throws Error when it ends before it has said so of every feature */
export async function trial(
  [program, ...args]: Command,
  { engineUrl, streamUrl }: Place,
  features: readonly Feature[] = FEATURES,
): Promise<ReadonlyMap<Feature, { outcome: Outcome; why: string }>> {
  await using proxy = await CuttableProxy.to(Number(new URL(engineUrl).port));
  const env = { ...process.env, III_URL: proxy.url, FEATURES: features.join(' '), OTEL_ENABLED: 'false' };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TRIAL_MS);
  const outcomes = new Map<Feature, { outcome: Outcome; why: string }>();
  try {
    const failed = once(child, 'error').then(([error]) => Promise.reject(error));
    await Promise.race([failed, talk(child, outcomes, proxy, streamUrl)]);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
  const missing = features.filter((feature) => !outcomes.has(feature));
  if (missing.length > 0) throw new Error(`${program} ended, and said nothing of ${missing.join(', ')}`);
  return outcomes;
}

async function talk(
  { stdin, stdout }: ChildProcess,
  outcomes: Map<Feature, { outcome: Outcome; why: string }>,
  proxy: CuttableProxy,
  streamUrl: string,
): Promise<void> {
  if (stdin === null || stdout === null) return;
  stdin.on('error', () => {});
  stdin.write('go\n');
  for await (const text of createInterface({ input: stdout })) {
    if (!text.startsWith('{')) continue;
    const line = JSON.parse(text) as Line;
    if (line.join !== undefined) stdin.write(`${await joined(`${streamUrl}/stream/${line.join}/g`)}\n`);
    else if (line.cut === true) {
      proxy.cut();
      stdin.write('cut\n');
    } else if (line.feature !== undefined && line.outcome !== undefined)
      outcomes.set(line.feature, { outcome: line.outcome, why: line.why ?? '' });
  }
}

/** The type of the first event that a client gets which joins by this path. */
async function joined(url: string): Promise<string> {
  const socket = new WebSocket(url);
  try {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return (JSON.parse(String(data)) as { event: { type: string } }).event.type;
  } finally {
    socket.terminate();
  }
}
