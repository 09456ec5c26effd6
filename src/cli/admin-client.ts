import { readFileSync } from 'node:fs';
import { LocalError } from '../domain/errors.js';

const DEFAULT_URL = 'http://127.0.0.1:3113';
/** Milliseconds that a server may take to answer. */
const TIMEOUT = 60_000;

/** What the admin listener of a running server replies. */
export class AdminClient {
  readonly #url: string;
  /** What each request says of who asks. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param tokenFile where the listener's token is; absent = in the environment, or nowhere
   * @throws LocalError `admin_url`, `token_unreadable`
   */
  constructor(url: string = process.env.III_STREAM_ADMIN || DEFAULT_URL, tokenFile?: string) {
    const token = tokenFile === undefined ? process.env.III_STREAM_ADMIN_TOKEN : contentOf(tokenFile);
    this.headers = token ? { authorization: `Bearer ${token.trim()}` } : {};
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new LocalError('admin_url', `--admin: must be an http:// URL, such as ${DEFAULT_URL}`);
    }
    this.#url = url.replace(/\/+$/, '');
  }

  /** Where the listener serves the stream socket's protocol. */
  get socketUrl(): string {
    return this.#url.replace(/^http/, 'ws');
  }

  /** Calls a function; the text of its result, undefined when it returned none. @throws LocalError */
  async call(functionId: string, payload: string): Promise<string | undefined> {
    const text = await this.post(`/api/call/${encodeURIComponent(functionId)}`, payload);
    // The one field of a text that the server wrote: cut out, because parsing would round great numbers.
    const match = /^\{"result":(.*)\}\s*$/s.exec(text);
    return match?.[1];
  }

  /** @throws LocalError */
  get(path: string): Promise<string> {
    return this.#ask(path, {});
  }

  /**
   * Whether calls can succeed now, and why not.
   * @param timeout ms
   * @throws LocalError `admin_unreachable`
   */
  async ready(timeout: number): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }> {
    try {
      const response = await fetch(`${this.#url}/readyz`, { signal: AbortSignal.timeout(timeout) });
      const { ready, reasons } = (await response.json()) as { ready: boolean; reasons: readonly string[] };
      return { ready, reasons };
    } catch (error) {
      throw new LocalError('admin_unreachable', unreachable(this.#url, error), { cause: error });
    }
  }

  /** @throws LocalError */
  post(path: string, body: string): Promise<string> {
    return this.#ask(path, { method: 'POST', body }, { 'content-type': 'application/json' });
  }

  async #ask(path: string, init: RequestInit, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const headers = { ...this.headers, ...more };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url + path, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT) });
      text = await response.text();
    } catch (error) {
      throw new LocalError('admin_unreachable', unreachable(this.#url, error), { cause: error });
    }
    if (response.ok) return text;
    throw new LocalError('refused', refusal(text) ?? `${this.#url} answered HTTP ${response.status}`);
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LocalError('token_unreadable', `--token-file: cannot be read (${code})`, { cause: error });
  }
}

/** One sentence about a server that does not answer. */
export function unreachable(url: string, error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  const why = cause?.code ?? cause?.message ?? message ?? String(error);
  return `no iii-stream server replies at ${url} (${why}); start one, or say where with --admin URL`;
}

function refusal(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}
