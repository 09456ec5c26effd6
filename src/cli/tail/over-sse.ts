import { setTimeout as delay } from 'node:timers/promises';
import { LocalError } from '../../domain/errors.js';
import { sliceField } from '../../domain/json-text.js';
import { sliceElements } from '../../wire/json-elements.js';
import { readEvents } from '../event-reader.js';
import type { Follower } from './follower.js';
import type { TailRequest } from './request.js';

const DEFAULT_URL = 'http://127.0.0.1:3112';
/** Milliseconds until an attempt to come back, unless the server says otherwise. */
const RETRY_MS = 1_000;
/** A cursor that is of no epoch: what there is after it is everything. */
const NOWHERE = '-:0';

/** The state of one reader over its connections. */
interface Reader {
  readonly follower: Follower;
  lastId: string | undefined;
  retryMs: number;
}

/** Follows by the event stream of the stream port, as any client; comes back with the last event's id. */
export async function overSse(
  url: string = process.env.III_STREAM_URL || DEFAULT_URL,
  request: TailRequest,
  follower: Follower,
): Promise<void> {
  const { stream, group, item, since, once, json } = request;
  const names = item === undefined ? [stream, group] : [stream, group, item];
  const base = url.replace(/^ws/, 'http').replace(/\/+$/, '');
  const at = `${base}/stream/${names.map(encodeURIComponent).join('/')}?items=1`;
  if (!URL.canParse(at)) throw new LocalError('admin_url', `--stream: must be a URL, such as ${DEFAULT_URL}`);
  const lastId = since === undefined ? undefined : `${since.epoch}:${since.seq}`;
  const reader: Reader = { follower, lastId, retryMs: RETRY_MS };
  const end = new AbortController();
  const begun = once
    ? readOnce(at, lastId ?? NOWHERE, follower, end.signal)
    : follow(at, reader, end.signal, json);
  const following = begun.catch((error) => follower.finish(error));
  try {
    await follower.finished;
  } finally {
    end.abort();
    await following;
  }
}

async function follow(at: string, reader: Reader, signal: AbortSignal, json: boolean): Promise<void> {
  for (let wasOpen = false; !signal.aborted; ) {
    try {
      const { lastId } = reader;
      const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
      const { body } = await open(at, 'text/event-stream', headers, signal);
      wasOpen = true;
      if (body !== null) await read(body as unknown as AsyncIterable<Uint8Array>, reader);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof LocalError) throw error;
      if (!wasOpen) {
        throw new LocalError('admin_unreachable', `no event stream at ${at}: ${causeOf(error)}`);
      }
    }
    if (signal.aborted) return;
    if (!json) process.stderr.write('(disconnected; coming back)\n');
    await delay(reader.retryMs, undefined, { signal }).catch(() => {});
  }
}

/** @throws LocalError `refused` for good */
async function open(
  at: string,
  accept: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const token = process.env.III_STREAM_TOKEN;
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(at, { signal, headers: { accept, ...headers, ...authorization } });
  if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
  if (response.ok) return response;
  const { message = `HTTP ${response.status}` } = (await response.json().catch(() => ({}))) as {
    message?: string;
  };
  throw new LocalError('refused', message);
}

async function read(body: AsyncIterable<Uint8Array>, reader: Reader): Promise<void> {
  for await (const { id, data, retry } of readEvents(body)) {
    reader.lastId = id ?? reader.lastId;
    reader.retryMs = retry ?? reader.retryMs;
    if (data !== undefined) await reader.follower.print(data);
  }
}

/** Prints what there is after a cursor. */
async function readOnce(at: string, since: string, follower: Follower, signal: AbortSignal): Promise<void> {
  const response = await open(`${at}&since=${encodeURIComponent(since)}`, 'application/json', {}, signal);
  const messages = sliceField(await response.text(), 'messages') ?? '[]';
  for (const message of sliceElements(messages)) await follower.print(message);
  follower.finish();
}

const causeOf = (error: unknown): string => {
  const { cause, message } = error as { cause?: { code?: string }; message: string };
  return cause?.code ?? message;
};
