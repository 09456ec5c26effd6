import type { InvocationResultMessage, InvokeFunctionMessage } from '../../generated/worker.js';
import type { Waits } from './inbox.js';
import type { Trace } from './trace.js';

/** What a case needs of its surroundings to open connections. */
export interface Wiring {
  readonly trace: Trace;
  readonly waits: Waits;
  /** A frame broke the spec. */
  readonly fault: (fault: Error) => void;
  /** The case ended: what still waits is not told that its connections end too. */
  readonly isOver: () => boolean;
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
