import { SOCKET_ERROR } from '../../generated/constants.js';
import type { SocketErrorCode } from '../../generated/socket.js';
import { checkName } from '../domain/address.js';
import { StreamError } from '../domain/errors.js';

/** Why a message of a client is refused. */
export interface MessageError {
  readonly code: SocketErrorCode;
  /** For a person. */
  readonly message: string;
  /** The subscription concerned, when the client said which. */
  readonly subscriptionId?: string | undefined;
}

/** What is wrong with a name, if anything: the domain's rule in the socket's error codes. */
export function nameError(field: string, name: string, maxBytes: number): MessageError | undefined {
  try {
    checkName(field, name, maxBytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    const code = error.reason === 'limit' ? SOCKET_ERROR.nameTooLong : SOCKET_ERROR.emptyName;
    return { code, message: error.message };
  }
}
