/** Counters that delivery keeps itself. */
export interface DeliveryFigures {
  readonly deliveries: number;
  readonly catchUps: number;
  readonly droppedEvents: number;
  readonly pauses: number;
}

/** Counters that the stream sockets keep themselves. */
export interface SocketFigures {
  readonly opened: number;
  readonly refused: number;
  readonly faults: number;
  readonly slowConsumers: number;
  readonly lost: number;
}

/** Figures that others keep already: read when somebody asks, at no cost before. */
export interface FigureSources {
  /** Open stream sockets. */
  connections(): number;
  /** Subscriptions of all sockets. */
  subscriptions(): number;
  /** Bytes queued for all sockets that the operating system has not taken. */
  outboxBytes(): number;
  storeWritable(): boolean;
  /** Of all stream sockets that this process had. */
  sockets(): SocketFigures;
  /** Not copied: read again at each scrape. */
  readonly delivery: DeliveryFigures;
}

/** What is reported until the sources are there. */
export const NO_SOURCES: FigureSources = {
  connections: () => 0,
  subscriptions: () => 0,
  outboxBytes: () => 0,
  storeWritable: () => false,
  sockets: () => ({ opened: 0, refused: 0, faults: 0, slowConsumers: 0, lost: 0 }),
  delivery: { deliveries: 0, catchUps: 0, droppedEvents: 0, pauses: 0 },
};
