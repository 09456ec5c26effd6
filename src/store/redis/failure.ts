import type { ErrorReason } from '../../../generated/constants.js';
import { StreamError } from '../../domain/errors.js';

/** The first word of a Redis error, and what it means to a caller. */
const REASONS: Readonly<Record<string, readonly [ErrorReason, string]>> = {
  READONLY: ['read_only', 'Redis is a read-only replica now'],
  OOM: ['read_only', 'Redis is out of memory'],
  MISCONF: ['read_only', 'Redis takes no writes because it cannot save'],
  NOREPLICAS: ['unavailable', 'Redis has too few replicas to take writes'],
  LOADING: ['unavailable', 'Redis is loading its data'],
  MASTERDOWN: ['unavailable', 'Redis has lost its master'],
  CLUSTERDOWN: ['unavailable', 'the Redis Cluster is down'],
  TRYAGAIN: ['unavailable', 'the Redis Cluster is moving this group'],
  BUSY: ['unavailable', 'Redis is busy with a script'],
  NOAUTH: ['unavailable', 'Redis asks for a password'],
  WRONGPASS: ['unavailable', 'Redis refuses the password'],
  NOPERM: ['unavailable', 'Redis does not permit this to our user'],
};

/** The wire error of a failed Redis command. Never holds credentials or keys. */
export function streamErrorOf(error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const word = message.split(' ', 1)[0] ?? '';
  const known = REASONS[word];
  if (known !== undefined) return new StreamError(known[0], known[1], { cause: error });
  if (message === 'Command timed out') {
    return new StreamError(
      'unavailable',
      'Redis did not reply in time; a write may or may not have happened',
      {
        cause: error,
      },
    );
  }
  if (isReply(error)) return new StreamError('internal', 'Redis refused a command', { cause: error });
  return new StreamError(
    'unavailable',
    'the connection to Redis is lost; a write may or may not have happened',
    {
      cause: error,
    },
  );
}

/** True when Redis itself replied with an error. */
const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError';
