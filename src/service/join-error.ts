import { type ErrorReason, SOCKET_ERROR } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import { encodeErrorMessage } from '../../generated/messages/socket.js';
import type { SocketErrorCode } from '../../generated/socket.js';
import { StreamError } from '../domain/errors.js';

/** What clients are told of why a join failed; all else is a store that takes nothing now. */
const CODES: Partial<Record<ErrorReason, SocketErrorCode>> = {
  invalid_input: SOCKET_ERROR.invalidInput,
  unsupported: SOCKET_ERROR.invalidInput,
  limit: SOCKET_ERROR.limit,
  internal: SOCKET_ERROR.internal,
};

/** What a client is told of a join that failed. */
export function joinErrorText(error: unknown, subscriptionId: string): JsonText {
  const known = error instanceof StreamError ? error : new StreamError('internal', 'the join failed');
  const code = CODES[known.reason] ?? SOCKET_ERROR.unavailable;
  return encodeErrorMessage({ code, message: known.message, subscriptionId });
}
