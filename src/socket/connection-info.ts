/** What the operator sees of a connection. */
export interface ConnectionInfo {
  readonly id: string;
  readonly address: string;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  readonly subscriptions: number;
  readonly queuedBytes: number;
  /** True while delivery waits for this client to read. */
  readonly paused: boolean;
}
