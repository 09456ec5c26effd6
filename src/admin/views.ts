import type { Metrics } from '../observability/metrics.js';
import type { Service } from '../service/service.js';
import type { ConnectionInfo } from '../socket/connection-info.js';
import type { Store } from '../store/port.js';

/** Rows of one reply; the page says how many there are beyond. */
const MAX_ROWS = 1_000;

/** What the views are taken of. */
export interface Viewed {
  readonly service: Service;
  readonly metrics: Metrics;
  readonly store: Pick<Store, 'kind' | 'backup' | 'lives'>;
  /** Why calls cannot succeed now; empty when they can. */
  readonly notReady: () => readonly string[];
  /** Open stream sockets; `operator` marks those that came through the admin listener. */
  readonly connections: () => Iterable<ConnectionInfo & { readonly operator: boolean }>;
}

/** Totals; the page draws its throughput from the differences. */
export function overview({ service, metrics, store, notReady, connections }: Viewed): object {
  let open = 0;
  let subscriptions = 0;
  let outboxBytes = 0;
  for (const one of connections()) {
    open += 1;
    subscriptions += one.subscriptions;
    outboxBytes += one.queuedBytes;
  }
  const totals = { changes: metrics.changes, ...service.hub.counters };
  return {
    now: Date.now(),
    store: store.kind,
    notReady: notReady(),
    open,
    subscriptions,
    outboxBytes,
    totals,
  };
}

/** Every socket, the slowest first. */
export function sockets({ service, connections }: Viewed): object {
  const behind = new Map(service.hub.behind());
  const all = [...connections()].map((one) => ({ ...one, behind: behind.get(one.id) ?? 0 }));
  all.sort((a, b) => b.queuedBytes - a.queuedBytes || b.behind - a.behind || a.since - b.since);
  return { total: all.length, sockets: all.slice(0, MAX_ROWS) };
}

/** Every group that somebody is subscribed to, the busiest first. */
export function watchedGroups({ service }: Viewed): object {
  const all = [...service.hub.watched()].sort((a, b) => b.subscriptions - a.subscriptions);
  return { total: all.length, groups: all.slice(0, MAX_ROWS) };
}

/** A group's items with what the stream socket does not tell of them: when they changed, when they end, and whose they are. */
export async function items(
  { service, store }: Viewed,
  { stream, group, withValues }: { stream: string; group: string; withValues: boolean },
): Promise<string> {
  const { epoch, seq, timestamp, items: stored } = await service.snapshot({ stream, group });
  const lives = await store.lives({ stream, group });
  const rows = stored.map(({ id, rev, timestamp: changed, value }) => {
    const { expiresAt: expires, owner } = lives.get(id) ?? {};
    const facts = JSON.stringify({ id, rev, timestamp: changed, expires, owner });
    return withValues ? `${facts.slice(0, -1)},"data":${value}}` : facts;
  });
  return `{"epoch":${JSON.stringify(epoch)},"seq":${seq},"timestamp":${timestamp},"items":[${rows.join(',')}]}`;
}
