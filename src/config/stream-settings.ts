import type { StreamSettings } from '../../generated/config.js';
import type { Config } from './types.js';

/** Streams whose settings are remembered; names come from callers. */
const MAX_REMEMBERED = 10_000;

/** Finds the settings of a stream: those of the first pattern that fits. */
export class StreamRules {
  readonly #rules: readonly (readonly [pattern: RegExp, settings: StreamSettings])[];
  readonly #found = new Map<string, StreamSettings | undefined>();

  constructor(streams: Config['streams']) {
    this.#rules = Object.entries(streams).map(([name, settings]) => [patternOf(name), settings]);
  }

  /** True when no stream has settings. */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  of(stream: string): StreamSettings | undefined {
    if (this.#rules.length === 0) return undefined;
    if (this.#found.has(stream)) return this.#found.get(stream);
    const settings = this.#rules.find(([pattern]) => pattern.test(stream))?.[1];
    if (this.#found.size >= MAX_REMEMBERED) this.#found.clear();
    this.#found.set(stream, settings);
    return settings;
  }
}

/** `*` stands for any text, everything else for itself. */
const patternOf = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replace(/\*+/g, '.*')}$`, 's');
