import { socketAddress } from './api.js';
import { createStreamClient } from './client.js';
import { parse } from './exact.js';

const client = createStreamClient(socketAddress(), { parse, leaveAfterMs: 0 });

/** What a person is told of a view's status. */
const STATES = { idle: '', loading: 'connecting…', live: 'live', stale: 'disconnected; coming back' };

/** @typedef {{ id: string, rev: number, data: unknown }} Item */

/** One group, followed as any client follows it. */
export class Subscription {
  /** @type {(() => void)[]} */
  #ends;
  /** What the listener knows; undefined until there was something. @type {Map<string, Item> | undefined} */
  #known;
  #wasLive = false;

  /**
   * @param {string} stream @param {string} group
   * @param {{
   *   sync(items: readonly Item[]): void,
   *   changed(item: Item, isNow: boolean): void,
   *   removed(id: string): void,
   *   event(event: { id: string | null, type: string, data: unknown, timestamp: number }): void,
   *   state(text: string): void,
   * }} listener
   */
  constructor(stream, group, listener) {
    this.listener = listener;
    const handle = client.group(stream, group);
    this.#ends = [handle.subscribe((view) => this.#show(view)), handle.onEvent(listener.event)];
  }

  stop() {
    for (const end of this.#ends) end();
  }

  #show({ status, items, error }) {
    const lost =
      status === 'loading' && error ? `not connected (${error.code}); trying again` : STATES[status];
    this.listener.state(lost ?? `refused: ${error?.code}`);
    // A change is of now only if it came while the group was live.
    const isNow = this.#wasLive && status === 'live';
    this.#wasLive = status === 'live';
    if (status === 'loading' || status === 'error') return;
    const known = this.#known;
    this.#known = new Map(items.map((item) => [item.id, item]));
    if (known === undefined) {
      this.listener.sync(items);
      return;
    }
    for (const id of known.keys()) if (!this.#known.has(id)) this.listener.removed(id);
    for (const item of items) if (known.get(item.id) !== item) this.listener.changed(item, isNow);
  }
}
