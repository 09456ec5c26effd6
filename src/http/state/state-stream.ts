import type { Frames, Variant } from '../../delivery/port.js';
import type { GroupAddress } from '../../domain/change.js';
import { dataOf } from '../event-encoder.js';
import { EventStream } from '../event-stream.js';
import { liveCursor, offsetOf } from './offset.js';
import type { Batch, StateReader } from './state-reader.js';

/** Characters of one event's messages. */
const CHUNK = 64 * 1024;

/** Writes events, and waits until there is room for more. */
type Write = (text: string) => Promise<void>;

/**
 * One live reader of a group's JSON stream. Its subscription only tells that the group moved; what to send is read then,
 * so that a slow reader gets the newest state of what it missed.
 */
export class StateStream extends EventStream {
  override readonly variant: Variant = 'poll';
  #hasMoved = false;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  /** The group moved. */
  override write(frames: Frames): void {
    if (frames.length === 0) return;
    this.#hasMoved = true;
    this.#wake?.();
  }

  override relieved(): void {
    super.relieved();
    this.#wake?.();
  }

  protected override ended(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  /**
   * Sends a batch and everything after it, until the stream ends; never throws. Ends it where the group cannot be read:
   * the reader comes back with its offset, and is told why.
   *
   * @param sent the cursor of the request
   */
  async run(reader: StateReader, at: GroupAddress, first: Batch, sent: string | undefined): Promise<void> {
    try {
      let batch = first;
      for (;;) {
        if (batch === first || !batch.isEmpty) await writeBatch(batch, sent, (text) => this.#send(text));
        if (batch.upToDate) await this.#until(() => this.#hasMoved);
        if (this.#hasEnded) return;
        this.#hasMoved = false;
        batch = await reader.read(at, batch.next);
      }
    } catch (error) {
      this.failed(error);
      this.end();
    }
  }

  async #send(text: string): Promise<void> {
    super.write(Buffer.from(text));
    if (!this.isFull) return;
    this.paused();
    await this.#until(() => !this.isFull);
  }

  /** Waits for something that `write`, `relieved` or the end bring about. */
  async #until(done: () => boolean): Promise<void> {
    while (!done() && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
  }
}

/** A batch as events: its messages in pieces, then where they lead. */
async function writeBatch(
  { messages, next, upToDate }: Batch,
  sent: string | undefined,
  write: Write,
): Promise<void> {
  let chunk: string[] = [];
  let length = 0;
  const flush = (): Promise<void> => {
    const text = `[${chunk.join(',')}]`;
    chunk = [];
    length = 0;
    return write(`event: data\ndata: ${dataOf(text)}\n\n`);
  };
  for (const message of messages) {
    chunk.push(message);
    length += message.length;
    if (length > CHUNK) await flush();
  }
  if (chunk.length > 0) await flush();
  const control = {
    streamNextOffset: offsetOf(next),
    streamCursor: liveCursor(sent),
    ...(upToDate ? { upToDate } : {}),
  };
  await write(`event: control\ndata: ${JSON.stringify(control)}\n\n`);
}
