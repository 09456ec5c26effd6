import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { LocalError } from '../../domain/errors.js';
import { oneLine, writeLines } from '../output.js';
import { describe } from './lines.js';

export interface FollowedMessage {
  readonly type: string;
  readonly seq?: number;
  readonly epoch?: string;
  event?: { type: string; data?: unknown };
}

export interface FollowerOptions {
  /** JSON lines instead of lines for a person. */
  readonly json: boolean;
  /** The cursor that it began at. */
  readonly since: string | undefined;
  /** Changes and events until the end; undefined = there is none. */
  readonly count: number | undefined;
}

/** Prints the messages of a subscription, and knows when it is done. */
export class Follower {
  /** Resolves when the end is reached, rejects when there is no going on. */
  readonly finished: Promise<void>;
  readonly #json: boolean;
  #since: string | undefined;
  #left: number;
  #finish: (error?: unknown) => void = () => {};

  constructor({ json, since, count = Number.POSITIVE_INFINITY }: FollowerOptions) {
    this.#json = json;
    this.#since = since;
    this.#left = count;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Whoever waits for it may come later.
    this.finished.catch(() => {});
  }

  /** Where it stands: what to resume with. */
  get cursor(): string | undefined {
    return this.#since;
  }

  /** Ends it; the first call counts. */
  finish(error?: unknown): void {
    this.#finish(error);
  }

  /** Prints a message; never rejects. */
  async print(text: string): Promise<void> {
    if (this.#left <= 0) return;
    try {
      await this.#print(text, JSON.parse(text) as FollowedMessage);
    } catch (error) {
      this.finish(error);
    }
  }

  async #print(text: string, { type, event, epoch, seq }: FollowedMessage): Promise<void> {
    // Asked for by us; of interest where it says what became of a cursor.
    const isPlainAck = type === SOCKET_MESSAGE.subscribed && this.#since === undefined;
    if (epoch !== undefined && seq !== undefined) this.#since = `${epoch}:${seq}`;
    if (!isPlainAck && type !== SOCKET_MESSAGE.pong) {
      await writeLines(this.#json ? [oneLine(text)] : describe(text));
    }
    if (event === undefined) return;
    if (event.type === STREAM_EVENT.unauthorized) throw new LocalError('refused', 'not authorised');
    if (event.type !== STREAM_EVENT.sync) this.#left -= 1;
    if (this.#left === 0) this.finish();
  }
}
