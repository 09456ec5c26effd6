/** What a target command gets on stdin, as JSON. */
export interface TargetConfig {
  readonly adapter: 'in_memory' | 'file_based' | 'redis';
  /** Where a `file_based` target keeps its data. */
  readonly directory?: string;
  readonly redis_url?: string;
  /** Id of the function that admits clients. */
  readonly auth_function?: string;
  /** Bounds by name, as in `spec/config.schema.json`. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Values of the Origin header that may connect. */
  readonly allowed_origins?: readonly string[];
  /** Tells the several processes over one Redis apart. @default 1 */
  readonly instance?: number;
  /** Milliseconds between the end of a connection and that of its items, and after which a node counts as dead. */
  readonly presence?: { readonly grace_ms?: number; readonly lease_ms?: number };
  /** How many deletions per group are remembered, and how long. */
  readonly tombstones?: { readonly max_per_group?: number; readonly max_age_ms?: number };
}

/** A running implementation. */
export interface Target {
  /** URL of the engine endpoint. */
  readonly engine: string;
  /** URL of the stream socket. */
  readonly stream: string;
  /** Names of all capabilities that it has, if it states them. */
  readonly offers?: readonly string[];
  /** The last lines that it wrote to stderr, if they are known. */
  readonly lastWords?: () => readonly string[];
  /** Ends it gracefully; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Stops it without an end, and lets it go on; absent where that cannot be done. */
  readonly pause?: (isPaused: boolean) => void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts targets. */
export interface Launcher {
  /** @param signal ends what is being started, too */
  launch(config: TargetConfig, signal?: AbortSignal): Promise<Target>;
}

/** Where cases get their targets from. */
export interface Targets extends AsyncDisposable {
  /** False when only the one running target can be used. */
  readonly canLaunch: boolean;
  /** A target that other cases use too. */
  shared(config: TargetConfig): Promise<Target>;
  /** A target for one case, which ends it. */
  launch(config: TargetConfig): Promise<Target>;
  /** An empty directory that goes with the targets. */
  directory(): Promise<string>;
}
