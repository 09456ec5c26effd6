import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Launcher, Target, TargetConfig, Targets } from './target.js';

/** One target that somebody else started. */
export class FixedTargets implements Targets {
  readonly canLaunch = false;
  readonly #target: Target;

  constructor(engine: string, stream: string) {
    const refuse = (): never => {
      throw new Error('this target was not started here');
    };
    this.#target = { engine, stream, stop: refuse, kill: refuse };
  }

  async shared(): Promise<Target> {
    return this.#target;
  }

  launch(): never {
    throw new Error('targets cannot be started here');
  }

  directory(): never {
    throw new Error('targets cannot be started here');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Starts a shared target per configuration at its first use, and targets for single cases. */
export class LaunchedTargets implements Targets {
  readonly canLaunch = true;
  readonly #launcher: Launcher;
  readonly #shared = new Map<string, Promise<Target>>();
  readonly #running = new Set<Target>();
  readonly #starting = new Set<Promise<Target>>();
  readonly #end = new AbortController();
  readonly #directories: string[] = [];

  constructor(launcher: Launcher) {
    this.#launcher = launcher;
    // One per target that runs.
    setMaxListeners(0, this.#end.signal);
  }

  shared(config: TargetConfig): Promise<Target> {
    const key = JSON.stringify(config);
    let target = this.#shared.get(key);
    if (target === undefined) {
      target = this.launch(config);
      this.#shared.set(key, target);
    }
    return target;
  }

  async launch(config: TargetConfig): Promise<Target> {
    const needsDirectory = config.adapter === 'file_based' && config.directory === undefined;
    const full = needsDirectory ? { ...config, directory: await this.directory() } : config;
    const starting = this.#launcher.launch(full, this.#end.signal);
    this.#starting.add(starting);
    const started = await starting.finally(() => this.#starting.delete(starting));
    const target: Target = {
      ...started,
      stop: () => started.stop().finally(() => this.#running.delete(target)),
      kill: () => started.kill().finally(() => this.#running.delete(target)),
    };
    this.#running.add(target);
    return target;
  }

  /** An empty directory that goes with these targets. */
  async directory(): Promise<string> {
    const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-conformance-'));
    this.#directories.push(directory);
    return directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#running].map((target) => target.kill()));
    for (const directory of this.#directories) await rm(directory, { recursive: true, force: true });
  }
}
