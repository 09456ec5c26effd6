import type { StreamClientError } from './types.js';

/** An error with a stable code. */
export const failure = (code: string, detail: unknown = code): StreamClientError =>
  Object.assign(new Error(String(detail)), { code });
