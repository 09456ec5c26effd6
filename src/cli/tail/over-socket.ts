import { WebSocket } from 'ws';
import { STREAM_EVENT } from '../../../generated/constants.js';
import { type ConnectionStatus, createStreamClient } from '../../client/index.js';
import { LocalError } from '../../domain/errors.js';
import { type AdminClient, unreachable } from '../admin-client.js';
import type { FollowedMessage, Follower } from './follower.js';
import type { TailRequest } from './request.js';

/** Milliseconds until an attempt to come back: bounds of the first one, and of any. */
const BACKOFF = { minMs: 250, maxMs: 5_000 };
/** Messages that may wait to be printed. */
const MAX_WAITING = 64;

/** Follows through the admin listener; comes back with its cursor when the server or the connection went away. */
export async function overSocket(
  admin: AdminClient,
  { stream, group, item, since, once, json }: TailRequest,
  follower: Follower,
): Promise<void> {
  const initial = since === undefined ? undefined : { ...since, items: [] };
  const printer = new Printer(admin.headers, (text) => follower.print(text));
  const client = createStreamClient(admin.socketUrl, {
    WebSocket: printer.Socket,
    backoff: BACKOFF,
    parse: (text) => withoutValues(printer.print(text)),
  });
  let wasOpen = false;
  client.onStatus(({ state, error }: ConnectionStatus) => {
    wasOpen ||= state === 'open';
    if (state === 'closed')
      follower.finish(new LocalError('refused', `the server refused: ${error?.message}`));
    if (state !== 'waiting') return;
    if (!wasOpen) {
      follower.finish(new LocalError('admin_unreachable', unreachable(admin.socketUrl, printer.failure)));
    } else if (!json) process.stderr.write('(disconnected; coming back)\n');
  });
  const handle = client.group(stream, group, initial);
  (item === undefined ? handle : handle.item(item, initial)).subscribe(({ status }) => {
    if (once && status === 'live') void printer.end().then(() => follower.finish());
  });
  try {
    await follower.finished;
  } finally {
    client.close();
    await printer.end();
  }
}

/** The message as far as a cursor needs it: nothing is kept, and what was there before the cursor is not known. */
function withoutValues(text: string): FollowedMessage {
  const message = JSON.parse(text) as FollowedMessage;
  const { event } = message;
  if (event?.type === STREAM_EVENT.update) event.type = STREAM_EVENT.create;
  if (event !== undefined && event.type !== STREAM_EVENT.sync) event.data = null;
  return message;
}

/** Prints messages one after the other at the pace of the output: a reader that stops also stops the socket. */
class Printer {
  readonly Socket: new (
    url: string,
    protocols: string[],
  ) => WebSocket;
  /** Why the last socket failed. */
  failure: unknown;
  readonly #write: (text: string) => Promise<void>;
  #socket: WebSocket | undefined;
  #printing = Promise.resolve();
  #waiting = 0;

  /** @param headers of each connection */
  constructor(headers: Readonly<Record<string, string>>, write: (text: string) => Promise<void>) {
    this.#write = write;
    const opened = (socket: WebSocket): void => {
      this.#socket = socket;
      socket.on('error', (error) => {
        this.failure = error;
      });
    };
    this.Socket = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { perMessageDeflate: false, maxPayload: 0, headers });
        opened(this);
      }
    };
  }

  /** Queues a message; returns it. */
  print(text: string): string {
    if (++this.#waiting > MAX_WAITING) this.#socket?.pause();
    this.#printing = this.#printing
      .then(() => this.#write(text))
      .finally(() => {
        if (--this.#waiting === 0) this.#socket?.resume();
      });
    return text;
  }

  /** Resolves when everything is printed. */
  end(): Promise<void> {
    return this.#printing;
  }
}
