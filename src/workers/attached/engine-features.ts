import { ENGINE_FEATURE } from '../../../generated/constants.js';

/** What the engine said that it offers beyond the protocol, in the connection that is open. */
export class EngineFeatures {
  #names: ReadonlySet<unknown> = new Set();

  /** @param features of its greeting; nothing is sure about it */
  take(features: unknown): void {
    this.#names = new Set(Array.isArray(features) ? features : []);
  }

  forget(): void {
    this.#names = new Set();
  }

  /** It has observers called by whoever calls the source. */
  get observes(): boolean {
    return this.#names.has(ENGINE_FEATURE.observe) || this.#names.has(ENGINE_FEATURE.observeHooks);
  }
}
