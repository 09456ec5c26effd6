import type { UpdateOp } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { asJson } from '../json-text.js';

/** Names that are likely to meet, among them those that JSON.parse treats in a way of its own. */
const KEYS = [
  'a',
  'b',
  'n',
  'ab',
  'né',
  '0',
  '1',
  '10',
  '01',
  '-1',
  '',
  '__proto__',
  'toJSON',
  'a\\u0062',
  '😀',
];
const PLAIN_KEYS = ['a', 'b', 'n', 'ab', 'né', 'name', 'toJSON'];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-7',
  '12.5',
  '1.0',
  '1E2',
  '1e21',
  '1e+21',
  '1e400',
  '0.1',
  '1e-7',
  '0.0000001',
];
const LARGE = ['9007199254740991', '-9007199254740991', '9007199254740993', '123456789012345680000'];
const STRINGS = [
  '""',
  '"x"',
  '"a,b:{[]}"',
  '"\\n"',
  '"\\""',
  '"\\\\"',
  '"é"',
  '"\u2028"',
  '"😀"',
  '"\\ud800"',
];

/** JSON texts and ops out of a seed, also such as no JSON.stringify would write. */
export class RandomJson {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 to below `bound`. */
  below(bound: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** @param oddness in how many of 100 places something stands that JSON.stringify would not write */
  object(oddness: number, depth = 3): JsonText {
    const first = this.below(PLAIN_KEYS.length);
    const fields = Array.from({ length: this.below(7) }, (_, at) => {
      const key = this.#isOdd(oddness) ? this.pick(KEYS) : PLAIN_KEYS[(first + at) % PLAIN_KEYS.length];
      return `"${key}"${this.#space(oddness)}:${this.#space(oddness)}${this.value(oddness, depth - 1)}`;
    });
    return asJson(
      `{${this.#space(oddness)}${fields.join(`${this.#space(oddness)},`)}${this.#space(oddness)}}`,
    );
  }

  value(oddness: number, depth: number): JsonText {
    const kind = this.below(depth > 0 ? 8 : 6);
    if (kind < 2)
      return asJson(this.#isOdd(oddness) ? this.pick([...NUMBERS, ...LARGE]) : String(this.below(100)));
    if (kind < 4) return asJson(this.#isOdd(oddness) ? this.pick(STRINGS) : '"some words"');
    if (kind < 6) return asJson(this.pick(['true', 'false', 'null', '[]', '{}']));
    if (kind === 6) return this.object(oddness, depth);
    const entries = Array.from({ length: this.below(4) }, () => this.value(oddness, depth - 1));
    return asJson(`[${this.#space(oddness)}${entries.join(',')}${this.#space(oddness)}]`);
  }

  op(): UpdateOp {
    const field = (): string => (this.below(4) === 0 ? this.pick(KEYS) : this.pick(['a', 'b', 'n', 'name']));
    const path = this.below(4) === 0 ? Array.from({ length: this.below(4) }, field) : field();
    const by = this.pick([1, -1, 0, Number.MAX_SAFE_INTEGER, this.below(1_000)]);
    const value: unknown = JSON.parse(this.value(10, 2));
    switch (this.below(8)) {
      case 0:
        return { type: 'merge', path, value };
      case 1:
        return { type: 'remove', path };
      case 2:
        return { type: 'increment', path, by };
      case 3:
        return { type: 'decrement', path, by };
      case 4:
      case 5:
        return { type: 'append', path, value };
      case 6:
        return { type: 'set', path };
      default:
        return { type: 'set', path, value };
    }
  }

  #isOdd(oddness: number): boolean {
    return this.below(100) < oddness;
  }

  #space(oddness: number): string {
    return this.#isOdd(oddness) ? this.pick([' ', '\n', '\t', '']) : '';
  }
}
