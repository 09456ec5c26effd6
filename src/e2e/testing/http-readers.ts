import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { ChangesReply, SnapshotReply } from '../../../generated/http.js';
import type { ServerMessage } from '../../../generated/socket.js';

/** What a page has and the rest of the project has not. */
interface PageEventSource {
  onmessage: ((event: { readonly data: string; readonly lastEventId: string }) => void) | null;
  onerror: (() => void) | null;
  readonly readyState: number;
}
declare const EventSource: { new (url: string): PageEventSource; readonly CLOSED: number };

const POLL_S = 20;
/** Milliseconds until a page asks again, at most. */
const PAUSE_MS = 100;

/** Runs in a page: a copy of a group that is made of nothing but what its reader was sent. */
class Copy {
  items = new Map<string, readonly [rev: number, data: unknown]>();
  epoch = '';
  seq = 0;
  syncs = 0;
  /** Readers that gave up, and requests that failed. */
  failures = 0;
  readonly faults: string[] = [];

  get cursor(): string {
    return `${this.epoch}:${this.seq}`;
  }

  take(message: ServerMessage): void {
    if (message.type === SOCKET_MESSAGE.subscribed) return;
    if (message.type !== SOCKET_MESSAGE.stream) {
      this.faults.push(JSON.stringify(message));
      return;
    }
    const { event, id, seq = 0, epoch = '' } = message;
    if (event.type === STREAM_EVENT.sync) this.replace(event.data as SnapshotReply['items'], epoch, seq);
    else if (epoch !== this.epoch || seq <= this.seq)
      this.faults.push(`${epoch}:${seq} after ${this.cursor}`);
    else {
      this.seq = seq;
      if (event.type === STREAM_EVENT.delete) this.items.delete(id as string);
      else if (event.type === STREAM_EVENT.create || event.type === STREAM_EVENT.update) {
        this.items.set(id as string, [seq, event.data]);
      } else this.faults.push(event.type);
    }
  }

  replace(items: SnapshotReply['items'], epoch: string, seq: number): void {
    this.syncs += 1;
    this.items = new Map(items.map(({ id, rev, data }) => [id, [rev, data]]));
    this.epoch = epoch;
    this.seq = seq;
  }

  /** The items by their ids, to compare. */
  get sorted(): readonly unknown[] {
    return [...this.items].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS));

/** Follows a group as an EventSource does, which is made anew when it gives up. */
export function followEvents(url: string): Copy {
  const copy = new Copy();
  const open = (): void => {
    const since = copy.epoch === '' ? '' : `&since=${copy.cursor}`;
    const source = new EventSource(`${url}?items=1${since}`);
    source.onmessage = ({ data, lastEventId }) => {
      copy.take(JSON.parse(data) as ServerMessage);
      if (lastEventId !== '' && lastEventId !== copy.cursor) copy.faults.push(`id ${lastEventId}`);
    };
    source.onerror = () => {
      copy.failures += 1;
      if (source.readyState === EventSource.CLOSED) void pause().then(open);
    };
  };
  open();
  return copy;
}

/** Follows a group by long-polls. */
export function followPolls(url: string): Copy {
  const copy = new Copy();
  const reader = Math.random();
  const ask = async (query: string): Promise<Response> =>
    // The types are Node's, which has no cache.
    fetch(`${url}?items=1&reader=${reader}${query}`, { cache: 'no-store' } as RequestInit);
  const once = async (): Promise<void> => {
    if (copy.epoch === '') {
      const { items, epoch = '', seq = 0 } = (await (await ask('')).json()) as SnapshotReply;
      copy.replace(items, epoch, seq);
      return;
    }
    const reply = await ask(`&since=${copy.cursor}&wait=${POLL_S}`);
    if (reply.status === 304) return;
    if (reply.status !== 200) throw new Error(`status ${reply.status}`);
    const { epoch, seq = 0, messages } = (await reply.json()) as ChangesReply;
    for (const message of messages) copy.take(message as ServerMessage);
    if (epoch !== copy.epoch || seq < copy.seq) copy.faults.push(`the reply of ${epoch}:${seq}`);
    copy.seq = seq;
  };
  const loop = async (): Promise<never> => {
    for (;;) {
      try {
        await once();
      } catch {
        copy.failures += 1;
        await pause();
      }
    }
  };
  void loop();
  return copy;
}
