import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config/index.js';
import { LocalError } from '../domain/errors.js';
import { Refusal } from '../net/refusal.js';
import type { Logger } from '../observability/logger.js';

/** Holds the token where the configuration names no file. */
const VARIABLE = 'III_STREAM_ADMIN_TOKEN';
/** Milliseconds until the file is looked at again: a changed token counts without a reload. */
const FRESH_MS = 1_000;
/** What fits into a header, and is long enough not to be guessed. */
const TOKEN = /^[\x21-\x7e]{16,1024}$/;
/** Browsers ask their user for the second; the user's name does not matter. */
const CHALLENGES = ['Bearer realm="iii-stream"', 'Basic realm="iii-stream", charset="UTF-8"'];

/** How a request showed the token. A browser adds Basic by itself, also where another page made it ask. */
export type Shown = 'nothing' | 'bearer' | 'basic';

/**
 * The token of a configuration, from its file or from the environment.
 *
 * @returns undefined = none is wanted
 * @throws LocalError `config_invalid`, without a part of the token
 */
export function readToken(
  { admin }: Pick<Config, 'admin'>,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (admin === false) return undefined;
  const { token_file: file } = admin;
  const from = file === undefined ? VARIABLE : `admin.token_file: ${file}`;
  const token = (file === undefined ? (env[VARIABLE] ?? '') : contentOf(file)).trim();
  if (file === undefined && token === '') return undefined;
  if (TOKEN.test(token)) return token;
  throw new LocalError('config_invalid', `${from}: must hold 16 to 1024 visible ASCII characters`);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LocalError('config_invalid', `admin.token_file: cannot be read (${code})`, { cause: error });
  }
}

/** Lets in who shows the token. */
export class TokenCheck {
  readonly #read: () => string | undefined;
  readonly #logger: Logger;
  #digest: Buffer | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param read the token that is wanted now; undefined = none */
  constructor(read: () => string | undefined, logger: Logger) {
    this.#read = read;
    this.#logger = logger;
  }

  /** True when nobody gets in without a token. */
  get isWanted(): boolean {
    return this.#current() !== undefined;
  }

  /**
   * Compares in constant time.
   * @returns how it was shown; `nothing` where none is wanted
   * @throws Refusal 401
   */
  check({ authorization = '' }: IncomingHttpHeaders): Shown {
    const wanted = this.#current();
    if (wanted === undefined) return 'nothing';
    const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization) ?? [];
    const isBasic = scheme.toLowerCase() === 'basic';
    if (scheme !== '' && timingSafeEqual(digestOf(isBasic ? passwordOf(credentials) : credentials), wanted)) {
      return isBasic ? 'basic' : 'bearer';
    }
    throw new Refusal(401, 'unauthorized', 'show the token of the admin listener', {
      headers: { 'WWW-Authenticate': CHALLENGES },
    });
  }

  /** The digest of the token. While its file cannot be read the last one counts. */
  #current(): Buffer | undefined {
    const now = performance.now();
    if (now - this.#readAt < FRESH_MS) return this.#digest;
    this.#readAt = now;
    try {
      const token = this.#read();
      this.#digest = token === undefined ? undefined : digestOf(token);
    } catch (error) {
      if (this.#digest === undefined) throw error;
      this.#logger.warn(
        { err: error },
        'the token of the admin listener cannot be read; the last one counts',
      );
    }
    return this.#digest;
  }
}

/** Of the same length for all tokens, so that the comparison tells nothing of it. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}
