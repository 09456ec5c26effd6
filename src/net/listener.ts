import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LimitedLog } from '../observability/limited-log.js';
import type { Logger } from '../observability/logger.js';
import { type BindTarget, bind } from './bind.js';
import { urlHost } from './client-address.js';
import { Refusal, refuseUpgrade } from './refusal.js';
import type { SentBytes } from './sent-bytes.js';

/** Milliseconds that a client may take to send its request. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Statuses of errors that Node has codes for. */
const MALFORMED: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
const WEBSOCKET = /(?:^|,)\s*websocket\s*(?:,|$)/i;
const WISHES = ['upgrade', 'http2-settings'];

export interface ListenerOptions extends BindTarget {
  /** Of the URL that the listener is reached at. */
  readonly scheme: 'http' | 'ws';
  readonly logger: Logger;
  /** Connections that it accepts; those beyond are dropped without a word. @default as many as the system allows */
  readonly maxConnections?: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** Counts what its connections are sent. */
  readonly sent?: SentBytes;
}

/** Where a listener is reached. */
export interface Listening {
  readonly port: number;
  readonly url: string;
}

/**
 * The head of a request as it came, less the wish for a protocol that we do not speak, which is no reason to refuse it
 * (RFC 9110, 7.8): some clients wish for HTTP/2 with everything that they ask. Node takes such requests for lost, so
 * this is read again.
 */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    const field = name.toLowerCase();
    if (field === 'connection') text += `${name}: ${withoutWishes(value)}\r\n`;
    else if (!WISHES.includes(field)) text += `${name}: ${value}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, 'latin1');
}

const withoutWishes = (options: string): string =>
  options
    .split(',')
    .filter((option) => !WISHES.includes(option.trim().toLowerCase()))
    .join(',');

/** Refuses what is no request; a socket that a reply began on already is ended without a word that could mix with it. */
function refuseMalformed({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.bytesWritten > 0 || socket.writableLength > 0) socket.destroy();
  else refuseUpgrade(socket, new Refusal(MALFORMED[code] ?? 400, 'bad_request', 'this is no HTTP request'));
}

/** An HTTP server at one address. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server = createServer({
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });

  #stopped = false;
  /** It was stopped and still has connections. */
  #isEnding = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server.once('close', () => {
      this.#isEnding = false;
    });
    this.#server.on('connection', (socket) => options.sent?.follow(socket));
    this.#server.on('request', options.onRequest);
    this.#server.on('clientError', (error, socket) => refuseMalformed(error, socket as Socket));
    this.#server.on('upgrade', (request, duplex, head) => {
      // Node hands out the connection's own socket here; only its type says less.
      const socket = duplex as Socket;
      if (WEBSOCKET.test(request.headers.upgrade ?? '')) options.onUpgrade(request, socket, head);
      else {
        socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
        this.#server.emit('connection', socket);
      }
    });
  }

  /** Binds the address. @throws LocalError `port_taken`, `listen_failed` */
  async listen(): Promise<Listening> {
    const { host, scheme, name, logger, maxConnections } = this.#options;
    const limited = new LimitedLog(logger);
    // It compares with whole numbers only.
    if (maxConnections !== undefined && Number.isFinite(maxConnections)) {
      this.#server.maxConnections = maxConnections;
      this.#server.on('drop', () =>
        limited.write('warn', 'drop', { maxConnections }, `${name} has no room: dropped a connection`),
      );
    }
    const { port } = await bind(this.#server, this.#options);
    // It may have been closed while it waited for the port.
    if (this.#stopped) this.#server.close();
    this.#server.on('error', (error) => logger.error({ err: error }, `${name} failed`));
    const url = `${scheme}://${urlHost(host)}:${port}`;
    logger.info({ url }, `${name} listens`);
    return { port, url };
  }

  /** Takes no more connections. */
  stop(): void {
    this.#stopped = true;
    this.#isEnding = this.#server.listening;
    this.#server.close();
  }

  /**
   * Takes no more connections, and waits until all are closed, those that were upgraded included; after `graceMs` it
   * ends what is left.
   *
   * @param terminate ends the upgraded ones, which the server knows no more
   */
  async close(graceMs: number, terminate: () => void): Promise<void> {
    let grace: NodeJS.Timeout | undefined;
    this.#stopped = true;
    await new Promise<void>((resolve) => {
      if (this.#isEnding) this.#server.once('close', resolve);
      else this.#server.close(() => resolve());
      grace = setTimeout(() => {
        terminate();
        this.#server.closeAllConnections();
        setImmediate(resolve);
      }, graceMs);
    });
    clearTimeout(grace);
  }
}
