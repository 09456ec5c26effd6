import type { Target, TargetConfig, Targets } from '../runner/target.js';
import type { Damages, Defect } from './defect.js';
import { DamagingProxy } from './proxy.js';

/** Targets that work, seen through a defect. */
export class BrokenTargets implements Targets {
  readonly canLaunch = true;
  readonly #inner: Targets;
  readonly #damages: Damages;
  readonly #proxies: DamagingProxy[] = [];
  readonly #shared = new Map<string, Promise<Target>>();
  #closed = false;

  /** @param inner stays the caller's to close: several defects share it */
  constructor(inner: Targets, damage: Defect['damage']) {
    this.#inner = inner;
    this.#damages = damage();
  }

  shared(config: TargetConfig): Promise<Target> {
    const key = JSON.stringify(config);
    let target = this.#shared.get(key);
    if (target === undefined) {
      target = this.#inner.shared(this.#configure(config)).then((real) => this.#break(real));
      this.#shared.set(key, target);
    }
    return target;
  }

  async launch(config: TargetConfig): Promise<Target> {
    return this.#break(await this.#inner.launch(this.#configure(config)));
  }

  directory(): Promise<string> {
    return this.#inner.directory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
  }

  #configure(config: TargetConfig): TargetConfig {
    return this.#damages.config?.(config) ?? config;
  }

  async #break(real: Target): Promise<Target> {
    const { engine = () => ({}), socket = () => ({}), ...rest } = this.#damages;
    const { http, accepts, refuses, hidesSubprotocol } = rest;
    const engineProxy = await DamagingProxy.open({ to: real.engine, damage: engine });
    const socketProxy = await DamagingProxy.open({
      to: real.stream,
      damage: socket,
      http,
      accepts,
      refuses,
      hidesSubprotocol,
    });
    if (this.#closed) {
      // The run that asked for it has ended meanwhile.
      await Promise.all([engineProxy, socketProxy].map((proxy) => proxy[Symbol.asyncDispose]()));
      throw new Error('the broken target is closed');
    }
    this.#proxies.push(engineProxy, socketProxy);
    return {
      engine: engineProxy.url,
      stream: socketProxy.url,
      ...(real.pause === undefined ? {} : { pause: real.pause }),
      stop: () => real.stop(),
      kill: () => real.kill(),
    };
  }
}
