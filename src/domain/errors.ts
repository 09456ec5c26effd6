/**
 * Why a call was refused; the first word of a wire error's message (see `wireMessage`) and the key of the README's
 * error table.
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

/** An error that a caller on the wire is meant to read. Its message does not repeat the reason. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly reason: ErrorReason;
  constructor(reason: ErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The message of a wire error, `reason: message`: callers that see only the text can tell reasons apart by its start. */
export const wireMessage = ({ reason, message }: Pick<StreamError, 'reason' | 'message'>): string =>
  `${reason}: ${message}`;

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
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
