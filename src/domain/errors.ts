import type { ErrorReason, LocalErrorCode } from '../../generated/constants.js';

/** An error that a caller on the wire is meant to read, by a reason of `spec/errors.json`. Its message does not repeat the reason. */
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
  /** Stable; `spec/errors.json` says what each means. */
  readonly code: LocalErrorCode;
  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
