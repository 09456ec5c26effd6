/** Counters that delivery keeps itself. */
type Delivery = Readonly<Record<'deliveries' | 'catchUps' | 'droppedEvents' | 'pauses', number>>;

/** Counters that the stream sockets keep themselves. */
type Sockets = Readonly<Record<'opened' | 'refused' | 'errors' | 'slowConsumers' | 'lost', number>>;

/** Numbers that others keep already: read when somebody asks, at no cost before. */
export interface MetricSources {
  /** Open stream sockets. */
  connections(): number;
  /** Subscriptions of all sockets. */
  subscriptions(): number;
  /** Bytes queued for all sockets that the operating system has not taken. */
  outboxBytes(): number;
  storeWritable(): boolean;
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
  sockets: () => ({ opened: 0, refused: 0, errors: 0, slowConsumers: 0, lost: 0 }),
  delivery: { deliveries: 0, catchUps: 0, droppedEvents: 0, pauses: 0 },
};
