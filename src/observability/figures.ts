/** Counters that delivery keeps itself. */
export interface DeliveryFigures {
  readonly deliveries: number;
  readonly catchUps: number;
  readonly droppedEvents: number;
  readonly pauses: number;
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
  /** Not copied: read again at each scrape. */
  readonly delivery: DeliveryFigures;
}

/** What is reported until the sources are there. */
export const NO_SOURCES: FigureSources = {
  connections: () => 0,
  subscriptions: () => 0,
  outboxBytes: () => 0,
  storeWritable: () => false,
  delivery: { deliveries: 0, catchUps: 0, droppedEvents: 0, pauses: 0 },
};
