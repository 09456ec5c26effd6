import type { TargetConfig } from '../runner/target.js';

/** A message as a defect sees it: no more typed than the wire. */
// biome-ignore lint/suspicious/noExplicitAny: a defect reaches into messages of any shape to damage them
export type Message = any;

/** Messages to pass on instead of one; undefined = that one, untouched to the byte. */
export type Replaced = readonly Message[] | undefined;

/** What a defect can do beside replacing messages, on one connection. */
export interface Line {
  /** Sends to the grader. */
  down(message: Message): void;
  /** Sends to the server. */
  up(message: Message): void;
  /** The path of the connection. */
  readonly path: string;
}

/** Damage on one connection, between the grader and a server that works. */
export interface Damage {
  /** A message on its way to the grader. */
  down?(message: Message, line: Line): Replaced;
  /** A message on its way to the server. */
  up?(message: Message, line: Line): Replaced;
  /** Loses what the grader sends in binary frames. @default false */
  readonly losesBinary?: boolean;
}

/** Damage of one target; what its connections share lives in the closure that made it. */
export interface Damages {
  readonly engine?: () => Damage;
  readonly socket?: () => Damage;
  /** Lets an upgrade succeed that the server refused with this status. */
  readonly accepts?: (status: number) => boolean;
  /** The status that an upgrade of a path is refused with, if it is. */
  readonly refuses?: (path: string) => number | undefined;
  /** Answers no subprotocol. */
  readonly hidesSubprotocol?: boolean;
  /** Changes the configuration that the server is started with. */
  readonly config?: (config: TargetConfig) => TargetConfig;
}

/** One deliberate fault, and what must notice it. */
export interface Defect {
  /** What is wrong, in kebab case. */
  readonly id: string;
  /** Globs of exactly the cases that must fail. */
  readonly breaks: readonly string[];
  /** Globs of the cases that are run: those and their neighbours. */
  readonly among: readonly string[];
  /** @default in_memory */
  readonly adapter?: TargetConfig['adapter'];
  damage(): Damages;
}
