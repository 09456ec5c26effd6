import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonText } from '../../generated/json-text.js';
import type { HttpTarget } from './target.js';

/** A client that was let in, and what it asks for. */
export interface Client {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: HttpTarget;
  readonly address: string;
  /** What the auth function said about it. */
  readonly context: JsonText | undefined;
}
