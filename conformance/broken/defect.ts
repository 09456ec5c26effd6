import type { IncomingHttpHeaders } from 'node:http';
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

/** A reply over HTTP as a defect sees it. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What passes over HTTP, between the grader and a server that works. */
export interface HttpDamage {
  /** The path and the headers of a request on its way to the server; changes them. */
  up?(request: { path: string; headers: IncomingHttpHeaders }): void;
  /** A reply that has ended; changes it. `path` is the one that the grader asked for. */
  down?(reply: Reply, path: string): void;
  /** A part of an event stream, up to its blank line; returns what is passed on. */
  event?(text: string): string;
}

/** Damage of one target; what its connections share lives in the closure that made it. */
export interface Damages {
  readonly engine?: () => Damage;
  readonly socket?: () => Damage;
  readonly http?: HttpDamage;
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
