import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Keyv } from 'keyv';
import { StreamError } from '../../domain/errors.js';
import { PROBE_PREFIX } from './probe.js';

/** Under the prefix that programs which know no owners skip. */
const OWNER_KEY = `${PROBE_PREFIX}owner`;
/** Milliseconds for what an owner that did not let go may have on its way. */
const GRACE = 1_000;

interface Owner {
  readonly token: string;
  /** Counts owners. */
  readonly generation: number;
  /** It let go: nothing of it is on its way. */
  readonly released?: true;
}

/**
 * Which process may write a database that keeps nobody out (D58): the later owner wins. The earlier one sees it before its
 * next write, or after the one on its way, and acknowledges nothing any more.
 */
export class DatabaseOwner {
  readonly #keyv: Keyv<string>;
  readonly #own: Owner;
  #lost: string | undefined;

  private constructor(keyv: Keyv<string>, own: Owner) {
    this.#keyv = keyv;
    this.#own = own;
  }

  /** Takes the database over. What its former owner acknowledged is there when this resolves. */
  static async take(keyv: Keyv<string>): Promise<DatabaseOwner> {
    const former = await read(keyv);
    const own = { token: randomUUID(), generation: (former?.generation ?? 0) + 1 };
    await write(keyv, own);
    if (former !== undefined && former.released !== true) await wait(GRACE);
    return new DatabaseOwner(keyv, own);
  }

  /** Why this process may not write any more. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /**
   * Whether the database is this process's; false when it holds no owner, so that it was emptied.
   * @throws StreamError `read_only` once another process took it over
   */
  async confirm(): Promise<boolean> {
    const owner = this.#lost === undefined ? await read(this.#keyv) : undefined;
    if (owner !== undefined && owner.token !== this.#own.token) {
      this.#lost =
        `another process took the database over (owner ${owner.generation}, this one is ${this.#own.generation}): ` +
        'nothing is written any more; stop this process';
    }
    if (this.#lost !== undefined) throw new StreamError('read_only', this.#lost);
    return owner !== undefined;
  }

  /** Writes the owner again, into a database that was emptied. */
  async restore(): Promise<void> {
    await write(this.#keyv, this.#own);
  }

  /** Lets go: the next owner need not wait. */
  async release(): Promise<void> {
    // The record stays: a process that lost the database must not take it for emptied.
    if (this.#lost === undefined && (await this.confirm()))
      await write(this.#keyv, { ...this.#own, released: true });
  }
}

async function read(keyv: Keyv<string>): Promise<Owner | undefined> {
  const text = await keyv.get(OWNER_KEY);
  return text === undefined ? undefined : (JSON.parse(text) as Owner);
}

const write = (keyv: Keyv<string>, owner: Owner): Promise<unknown> =>
  keyv.setMany([{ key: OWNER_KEY, value: JSON.stringify(owner) }]);
