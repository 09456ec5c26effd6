/** Counters that delivery keeps itself. */
type Delivery = Readonly<Record<'deliveries' | 'catchUps' | 'droppedEvents' | 'pauses', number>>;

/** Numbers by the value of their label. */
export type Labelled = Iterable<readonly [label: string, count: number]>;

/** Counters that the stream sockets keep themselves. */
interface Sockets extends Readonly<Record<'opened' | 'slowConsumers' | 'lost', number>> {
  /** By the code of the refusal. */
  readonly refused: Labelled;
  /** By the code of the error. */
  readonly errors: Labelled;
  /** Bytes. */
  readonly sent: { readonly total: number };
}

/** Of those who call functions, and are called. */
export interface WorkersUsage {
  /** To our endpoint; 0 when we are a worker of an engine. */
  readonly connected: number;
  /** Calls of ours that wait for their result. */
  readonly pending: number;
  /** Whether the engine that we are attached to is there. Absent when we are the endpoint. */
  readonly engineUp?: boolean;
}

/** What a store takes. Parts that a store does not have are absent. */
export interface StoreUsage {
  /** What a store in this process holds: items, and the groups that hold one. */
  readonly held?: { readonly items: number; readonly groups: number };
  /** Bytes of the log's files, and how many of them no item needs. */
  readonly log?: { readonly bytes: number; readonly deadBytes: number };
  /** What is remembered of deletions, in this process: tombstones, bytes of memory, and groups without an item. */
  readonly deleted?: { readonly tombstones: number; readonly bytes: number; readonly emptyGroups: number };
  readonly redisUp?: boolean;
}

/** Numbers that others keep already: read when somebody asks, at no cost before. */
export interface MetricSources {
  /** Open stream sockets. */
  connections(): number;
  /** Subscriptions of all sockets. */
  subscriptions(): number;
  /** Bytes queued for all sockets that the operating system has not taken. */
  outboxBytes(): number;
  storeWritable(): boolean;
  store(): StoreUsage;
  workers(): WorkersUsage;
  /** Of all stream sockets that this process had. */
  sockets(): Sockets;
  /** Not copied: read again at each scrape. */
  readonly delivery: Delivery;
}

/** What is reported until the sources are there. */
export const NO_SOURCES: MetricSources = {
  connections: () => 0,
  subscriptions: () => 0,
  outboxBytes: () => 0,
  storeWritable: () => false,
  store: () => ({}),
  workers: () => ({ connected: 0, pending: 0 }),
  sockets: () => ({ opened: 0, refused: [], errors: [], slowConsumers: 0, lost: 0, sent: { total: 0 } }),
  delivery: { deliveries: 0, catchUps: 0, droppedEvents: 0, pauses: 0 },
};
