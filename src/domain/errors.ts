/**
 * Why a call was refused; the stable first word of a wire error's message and the key of the README's error table.
 *
 * - `invalid_input`: a field is missing or malformed; the message names it.
 * - `limit`: a configured bound would be passed; the message names the bound.
 * - `not_exact`: a number would not survive this operation unchanged.
 * - `read_only`: the store takes no writes now (full or failing disk, its database away, repair needed).
 * - `unavailable`: the store or the engine cannot be reached now.
 * - `overloaded`: a bounded queue is full; try again.
 * - `custom_stream`: the function that implements this stream failed.
 * - `internal`: a fault of ours; details are in the log, not on the wire.
 */
export type ErrorReason =
  | 'invalid_input'
  | 'limit'
  | 'not_exact'
  | 'read_only'
  | 'unavailable'
  | 'overloaded'
  | 'custom_stream'
  | 'internal';

/** An error that a caller on the wire is meant to read. Its text is `reason: sentence`. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly reason: ErrorReason;
  constructor(reason: ErrorReason, sentence: string, options?: ErrorOptions) {
    super(`${reason}: ${sentence}`, options);
    this.reason = reason;
  }
}

/** What an error says, also one that only bundles others, as a failed connect to a name with several addresses. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}

/** An error for the operator of this process: start-up, configuration, storage. Its message is one clear sentence. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  /** Stable code, a row of the README's table. */
  readonly code: string;
  constructor(code: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.code = code;
  }
}
