import type { InvocationResultMessage, InvokeFunctionMessage } from '../../generated/worker.js';
import type { Capability } from '../capabilities.js';
import type { Trace } from './trace.js';
import type { Waits } from './waits.js';

/** What every connection of a run has in common. */
export interface ConnectOptions {
  /** Milliseconds that an upgrade may take. */
  readonly timeoutMs: number;
  /** Headers of every upgrade; those of a case come first. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a case needs of its surroundings to open connections. */
export interface Wiring {
  readonly trace: Trace;
  readonly waits: Waits;
  readonly connect: ConnectOptions;
  /** A connection exists from its first byte on: it ends with the case even if its upgrade is never answered. */
  readonly track: (connection: { terminate(): void }) => void;
  /** A frame broke the spec. */
  readonly fault: (fault: Error) => void;
  /** The case ended: what still waits is not told that its connections end too. */
  readonly isOver: () => boolean;
  /** @throws NotApplicable when the target says that it lacks this */
  readonly requires: (capability: Capability | undefined) => void;
  /** A name that another case made: what carries it is not this case's, whatever the target mixed up. */
  readonly isForeign: (name: unknown) => boolean;
}

/** A function of this worker. What it returns is the result, undefined none; what it throws is the error. */
export type Handler = (data: never, message: InvokeFunctionMessage) => unknown;

/** Thrown by a handler to choose the error's code. */
export class HandlerError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export type Call = Partial<Pick<InvokeFunctionMessage, 'action' | 'traceparent' | 'baggage'>>;

/** An answer with its text, for what only the text tells. */
export interface Reply {
  readonly message: InvocationResultMessage;
  readonly text: string;
}
