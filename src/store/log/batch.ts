import { isSelfWriting, type LogEntry } from './entry.js';
import { FRAME_HEADER_BYTES } from './format.js';
import { FrameBuilder } from './frame-builder.js';
import type { LogState } from './state.js';

/** What one caller asked for; takes effect as a whole. Nobody changes it any more. */
export type Request =
  | { readonly kind: 'set'; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | { readonly kind: 'clear'; readonly prefix: string };

interface Waiter {
  /** Whether something was there to delete; true for other requests. */
  apply(state: LogState): boolean;
  resolve(result: boolean): void;
  reject(error: Error): void;
}

/** Requests that will share a frame. */
export class Batch {
  readonly frame = new FrameBuilder();
  #waiters: Waiter[] = [];

  /** Encoded bytes of all requests. */
  get bytes(): number {
    return this.frame.length - FRAME_HEADER_BYTES;
  }

  /**
   * Adds a request; the answer comes when the batch is durable.
   * @throws StreamError `invalid_input`, `limit`; the batch is as before
   */
  add(request: Request): Promise<boolean> {
    const mark = this.frame.length;
    let apply: Waiter['apply'];
    try {
      apply = encode(request, this.frame);
    } catch (error) {
      this.frame.rewind(mark);
      throw error;
    }
    return new Promise((resolve, reject) => this.#waiters.push({ apply, resolve, reject }));
  }

  /** The batch is durable: makes it visible and answers everybody, in order. */
  settle(state: LogState): void {
    for (const waiter of this.#take()) waiter.resolve(waiter.apply(state));
  }

  reject(error: Error): void {
    for (const waiter of this.#take()) waiter.reject(error);
  }

  #take(): Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    this.frame.reset();
    return waiters;
  }
}

/** Writes the request's records; answers what to do with the state once they are durable. */
function encode(request: Request, frame: FrameBuilder): Waiter['apply'] {
  switch (request.kind) {
    case 'set': {
      const { entries } = request;
      for (const entry of entries) {
        if (isSelfWriting(entry)) entry.writeTo(frame);
        else frame.set(entry.key, entry.value);
      }
      return (state) => {
        for (const entry of entries) state.store(entry);
        return true;
      };
    }
    case 'delete': {
      const { keys } = request;
      for (const key of keys) frame.delete(key);
      return (state) => {
        let found = false;
        for (const key of keys) if (state.delete(key)) found = true;
        return found;
      };
    }
    case 'clear': {
      const { prefix } = request;
      frame.clear(prefix);
      return (state) => {
        state.clear(prefix);
        return true;
      };
    }
  }
}
