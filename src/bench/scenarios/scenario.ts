import type { Measured } from '../load/measured.js';
import type { Core } from '../targets/child.js';
import { type Reference, startOwn, startReference, type Target } from '../targets/target.js';

/** What a run of the benchmark is made with. */
export interface Environment {
  /** Where servers run; the load runs on the other. */
  readonly core: Core;
  readonly loadCore: Core;
  /** Compiled servers by name; the first is the one that the ratios are about. */
  readonly builds: readonly { readonly name: string; readonly main: string }[];
  /** A running engine to measure too. */
  readonly other: Target | undefined;
  /** Divides numbers of clients and items. */
  readonly scale: number;
}

export interface Opened extends Measured, Partial<AsyncDisposable> {
  /** Milliseconds of processor time that the server has had so far. */
  cpu?(): Promise<number>;
}

/** One of the figures that are taken in turn; it owns its processes. */
export interface Series {
  readonly name: string;
  open(): Promise<Opened>;
}

export interface Goal {
  readonly of: string;
  readonly to: string;
  /** Undefined: there is no target, the ratio is shown. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Scenario {
  readonly name: string;
  readonly unit: string;
  /** An absolute bound instead of a ratio. */
  readonly bound?: number;
  series(environment: Environment): readonly Series[] | Promise<readonly Series[]>;
  readonly goals: readonly Goal[];
}

export const OWN = 'iii-stream';

/** A series on a server of its own. */
export const on = (
  name: string,
  start: () => Promise<Target>,
  load: (target: Target) => Promise<Measured>,
): Series => ({
  name,
  open: async () => {
    const target = await start();
    try {
      return {
        ...bound(await load(target)),
        cpu: () => target.cpu(),
        [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
      };
    } catch (error) {
      await target[Symbol.asyncDispose]();
      throw error;
    }
  },
});

const bound = (measured: Measured): Measured => ({
  enter: async () => measured.enter?.(),
  run: (ms) => measured.run(ms),
  leave: () => measured.leave?.(),
  close: () => measured.close(),
});

/** The same load on every build, and on an engine that is there anyway. */
export const own = (
  { builds, core, other }: Environment,
  adapter: string,
  load: (target: Target) => Promise<Measured>,
  suffix = '',
): Series[] => [
  ...builds.map(({ name, main }) => on(name + suffix, () => startOwn({ name, main, core, adapter }), load)),
  ...(other === undefined || suffix !== '' ? [] : [on(other.name, () => Promise.resolve(other), load)]),
];

/** The same load on references. */
export const references = (
  { core }: Environment,
  names: readonly Reference[],
  load: (target: Target) => Promise<Measured>,
): Series[] => names.map((name) => on(name, () => startReference(name, core), load));
