import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Rounds } from './measure.js';
import { ROOT } from './targets/build.js';

export interface Options extends Rounds {
  /** Names of the scenarios to run; `*` stands for anything. */
  readonly only: readonly RegExp[];
  readonly scale: number;
  /** Addresses of a running engine: its endpoint, its stream socket. */
  readonly other: readonly [string, string] | undefined;
  /** The entry of a compiled server to measure next to this one. */
  readonly against: string | undefined;
  readonly pin: boolean;
  /** Checks that every scenario runs, and prints no figures. */
  readonly quick: boolean;
  /** Where the compiled server and the results go. A quick run disturbs no other. */
  readonly directory: string;
}

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^$|()[\]{}\\]/g, '\\$&').replaceAll('*', '.*')}$`);

/** @throws TypeError for an unknown option */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      'engine-url': { type: 'string' },
      'stream-url': { type: 'string' },
      against: { type: 'string' },
    },
  });
  const { quick, only, against } = values;
  const engine = values['engine-url'];
  return {
    quick,
    only: only.map(glob),
    rounds: Number(values.rounds ?? (quick ? 1 : 5)),
    warmUp: quick ? 0 : 1,
    ms: Number(values.ms ?? (quick ? 100 : 1_000)),
    scale: quick ? 10 : 1,
    other: engine === undefined ? undefined : [engine, values['stream-url'] ?? 'ws://127.0.0.1:3112'],
    against: against && resolve(against),
    directory: join(ROOT, 'bench-results', quick ? 'quick' : ''),
    pin: availableParallelism() > 1 && process.platform === 'linux',
  };
}
