import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CLOSE_CODE, STREAM_EVENT } from '../../../generated/constants.js';
import { LocalError } from '../../domain/errors.js';
import { unreachable } from '../admin-client.js';
import { oneLine, writeLines } from '../output.js';
import { describe } from '../tail-lines.js';
import { UsageError } from '../usage-error.js';
import { type Command, expectArguments } from './command.js';

/** Milliseconds between two attempts to come back: the first, and the longest. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5_000;
const CURSOR = /^.*:\d{1,16}$/s;

interface Message {
  readonly type: string;
  readonly seq?: number;
  readonly epoch?: string;
  readonly event?: { readonly type: string };
}

/** Prints changes until it is interrupted; comes back with its cursor when the server or the connection went away. */
export const tail: Command = async (args, { admin, json, options }) => {
  expectArguments(args, 2, 3, 'tail STREAM GROUP [ITEM] [--since EPOCH:SEQ]');
  let since = options.since;
  if (since !== undefined && !CURSOR.test(since)) throw new UsageError('--since: must be EPOCH:SEQ');
  const path = `/stream/${args.map(encodeURIComponent).join('/')}`;
  let delay = FIRST_WAIT;
  let connected = false;
  const print = async (text: string): Promise<void> => {
    const message = JSON.parse(text) as Message;
    if (message.epoch !== undefined && message.seq !== undefined) since = `${message.epoch}:${message.seq}`;
    if (json) await writeLines([oneLine(text)]);
    else await writeLines(describe(text));
    if (message.event?.type === STREAM_EVENT.unauthorized) throw new LocalError('refused', 'not authorised');
  };
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  while (!interrupted.signal.aborted) {
    const cursor = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
    try {
      await follow(`${admin.socketUrl}${path}?items=1${cursor}`, print, interrupted.signal, () => {
        connected = true;
        delay = FIRST_WAIT;
      });
    } catch (error) {
      if (error instanceof LocalError || !connected) {
        throw error instanceof LocalError
          ? error
          : new LocalError('admin_unreachable', unreachable(admin.socketUrl, error));
      }
    }
    if (interrupted.signal.aborted) break;
    if (!json) process.stderr.write('(disconnected; coming back)\n');
    await wait(delay, undefined, { signal: interrupted.signal }).catch(() => {});
    delay = Math.min(delay * 2, LONGEST_WAIT);
  }
  if (since !== undefined) process.stderr.write(`resume with --since ${since}\n`);
  return 0;
};

/** One connection, until it is closed. Messages are printed one after the other, at the pace of the output. */
async function follow(
  url: string,
  print: (text: string) => Promise<void>,
  signal: AbortSignal,
  opened: () => void,
): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0 });
  const stop = (): void => socket.close(CLOSE_CODE.goingAway);
  signal.addEventListener('abort', stop, { once: true });
  let printing = Promise.resolve();
  let waiting = 0;
  let failure: unknown;
  socket.on('open', opened);
  socket.on('unexpected-response', (_request, response) => {
    const { statusCode = 0 } = response;
    const sentence = `the server refused with HTTP ${statusCode}`;
    // A server that starts or ends says 503: that is no answer yet.
    failure = statusCode < 500 ? new LocalError('refused', sentence) : new Error(sentence);
    response.resume();
    socket.terminate();
  });
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.on('message', (data: Buffer) => {
    // A reader that stops must stop the socket, or what waits here would grow without bound.
    if (++waiting > MAX_WAITING) socket.pause();
    printing = printing
      .then(() => print(data.toString()))
      .catch((error: unknown) => {
        failure ??= error;
        socket.terminate();
      })
      .finally(() => {
        if (--waiting === 0 && socket.isPaused) socket.resume();
      });
  });
  await once(socket, 'close').finally(() => signal.removeEventListener('abort', stop));
  await printing;
  if (failure !== undefined) throw failure;
}

/** Messages that may wait to be printed. */
const MAX_WAITING = 64;
