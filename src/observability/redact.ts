const URL_CREDENTIALS = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s"'/\\]*@/gi;

/** The text with `user:password@` of every URL in it hidden. */
export const withoutCredentials = (text: string): string => text.replace(URL_CREDENTIALS, '$1***@');

/** Fields that carry credentials, wherever they sit in what is logged (up to three levels deep). */
const SECRET_FIELDS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'sec-websocket-protocol',
  'password',
  'secret',
  'token',
];

/** Paths for pino's `redact`. */
export const REDACTED_PATHS: readonly string[] = SECRET_FIELDS.flatMap((field) =>
  ['', '*', '*.*'].map((parent) => `${parent}["${field}"]`),
);
