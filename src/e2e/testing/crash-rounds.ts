import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { Caller } from './caller.js';
import { CrashModel, GROUPS, STREAM, type Value } from './crash-model.js';
import { Mirror } from './mirror.js';
import { config, FILE_BASED, type RunningServer, startServer, temporaryDirectory } from './server.js';

const WRITERS = 8;
/** Calls that one writer has in flight. */
const LANES = 4;
/** Milliseconds of writing before a kill, at least. */
const LEAST_MS = 20;

export interface CrashOptions {
  readonly rounds: number;
  /** @default the command line */
  readonly main?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** YAML of the adapter. @default `file_based` */
  readonly adapter?: string;
  /** Milliseconds of writing before a kill, at most. @default 420 */
  readonly maxMs?: number;
  /** Bytes of a value, at most. @default 600 */
  readonly valueBytes?: number;
  readonly onRound?: (round: number, acknowledged: number) => void;
}

/**
 * Kills a server at random moments while 8 writers are at full speed, and checks after each restart that everything
 * acknowledged is there, that nothing else is half there, and that seq and epoch go on. Answers the acknowledged writes.
 */
export async function crashRounds(options: CrashOptions): Promise<number> {
  const { rounds, main, env = {}, adapter = FILE_BASED, maxMs = 420, valueBytes = 600, onRound } = options;
  await using directory = await temporaryDirectory();
  const start = () =>
    startServer({
      yaml: config(adapter),
      directory: directory.path,
      env,
      ...(main === undefined ? {} : { main }),
    });
  const model = new CrashModel(valueBytes);
  const epochs = new Map<string, string>();
  for (let round = 1; round <= rounds; round += 1) {
    await using server = await start();
    if (round > 1) await verify(server, model, epochs);
    await writeUntilKilled(server, model, maxMs);
    onRound?.(round, model.acknowledged);
  }
  await using last = await start();
  await verify(last, model, epochs);
  return model.acknowledged;
}

async function writeUntilKilled(server: RunningServer, model: CrashModel, maxMs: number): Promise<void> {
  const callers = await Promise.all(Array.from({ length: WRITERS }, () => Caller.open(server.engineUrl)));
  const writers = callers.flatMap((caller, writer) =>
    Array.from({ length: LANES }, (_, lane) => model.write(caller, writer * LANES + lane, Math.random)),
  );
  const written = Promise.all(writers);
  // A failure in a writer is the test's, whatever the server does next.
  await Promise.race([written, wait(LEAST_MS + Math.random() * (maxMs - LEAST_MS))]);
  await server.kill();
  await written;
}

async function verify(server: RunningServer, model: CrashModel, epochs: Map<string, string>): Promise<void> {
  await using caller = await Caller.open(server.engineUrl);
  for (const name of GROUPS) {
    const found = (await caller.list(STREAM, name)) as Value[];
    model.check(name, found);
    const { seq } = model.group(name);
    if (seq === 0) continue;
    const mirror = new Mirror(server.streamUrl, STREAM, name);
    await mirror.connect();
    await mirror.reach(seq);
    mirror.cut();
    // Each change took one seq: more would be a change that nobody asked for, less one that is lost.
    assert.equal(mirror.seq, seq, `${name}: seq`);
    assert.equal(mirror.epoch, epochs.get(name) ?? mirror.epoch, `${name}: epoch`);
    epochs.set(name, mirror.epoch);
  }
  model.checked();
}
