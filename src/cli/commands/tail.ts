import { WebSocket } from 'ws';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { type ConnectionStatus, createStreamClient, type SavedGroup } from '../../client/index.js';
import { LocalError } from '../../domain/errors.js';
import { unreachable } from '../admin-client.js';
import { oneLine, writeLines } from '../output.js';
import { describe } from '../tail-lines.js';
import { UsageError } from '../usage-error.js';
import { type Command, expectArguments } from './command.js';

/** Milliseconds until an attempt to come back: bounds of the first one, and of any. */
const BACKOFF = { minMs: 250, maxMs: 5_000 };
/** Messages that may wait to be printed. */
const MAX_WAITING = 64;
const CURSOR = /^(.*):(\d{1,16})$/s;

interface Message {
  readonly type: string;
  readonly seq?: number;
  readonly epoch?: string;
  event?: { type: string; data?: unknown };
}

/** Prints changes until it is interrupted; comes back with its cursor when the server or the connection went away. */
export const tail: Command = async (args, { admin, json, options }) => {
  expectArguments(args, 2, 3, 'tail STREAM GROUP [ITEM] [--since EPOCH:SEQ]');
  const [streamName, groupId, id] = args as [string, string, string?];
  const initial = startOf(options.since);
  let since = options.since;
  let finish: (error?: Error) => void = () => {};
  const finished = new Promise<void>((resolve, reject) => {
    finish = (error) => (error === undefined ? resolve() : reject(error));
  });
  const printer = new Printer(
    admin.headers,
    async (text) => {
      const message = JSON.parse(text) as Message;
      // Asked for by the client; of interest where it says what became of a cursor.
      const isPlainAck = message.type === SOCKET_MESSAGE.subscribed && since === undefined;
      if (message.epoch !== undefined && message.seq !== undefined) since = `${message.epoch}:${message.seq}`;
      if (!isPlainAck && message.type !== SOCKET_MESSAGE.pong) {
        await writeLines(json ? [oneLine(text)] : describe(text));
      }
      if (message.event?.type === STREAM_EVENT.unauthorized)
        throw new LocalError('refused', 'not authorised');
    },
    finish,
  );
  const client = createStreamClient(admin.socketUrl, {
    WebSocket: printer.Socket,
    backoff: BACKOFF,
    parse: (text) => withoutValues(printer.print(text)),
  });
  let wasOpen = false;
  client.onStatus(({ state, error }: ConnectionStatus) => {
    wasOpen ||= state === 'open';
    if (state === 'closed') finish(new LocalError('refused', `the server refused: ${error?.message}`));
    if (state !== 'waiting') return;
    if (!wasOpen) finish(new LocalError('admin_unreachable', unreachable(admin.socketUrl, printer.failure)));
    else if (!json) process.stderr.write('(disconnected; coming back)\n');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => finish());
  const group = client.group(streamName, groupId, initial);
  (id === undefined ? group : group.item(id, initial)).subscribe(() => {});
  try {
    await finished;
  } finally {
    client.close();
    await printer.end();
  }
  if (since !== undefined) process.stderr.write(`resume with --since ${since}\n`);
  return 0;
};

/** Where a cursor stands. @throws UsageError when it is none */
function startOf(since: string | undefined): SavedGroup | undefined {
  if (since === undefined) return undefined;
  const [, epoch, seq] = CURSOR.exec(since) ?? [];
  if (!epoch) throw new UsageError('--since: must be EPOCH:SEQ');
  return { epoch, seq: Number(seq), items: [] };
}

/** The message as far as a cursor needs it: nothing is kept, and what was there before the cursor is not known. */
function withoutValues(text: string): Message {
  const message = JSON.parse(text) as Message;
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
  readonly #failed: (error: Error) => void;
  #socket: WebSocket | undefined;
  #printing = Promise.resolve();
  #waiting = 0;

  /** @param headers of each connection */
  constructor(
    headers: Readonly<Record<string, string>>,
    write: (text: string) => Promise<void>,
    failed: (error: Error) => void,
  ) {
    this.#write = write;
    this.#failed = failed;
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
      .catch(this.#failed)
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
