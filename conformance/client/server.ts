import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { SOCKET_MESSAGE } from '../../generated/constants.js';
import type { ClientMessage, JoinData } from '../../generated/socket.js';
import { validateClientMessage } from '../../generated/validators.js';

/** A connection of the client that is graded. */
export interface ClientSocket {
  readonly ws: WebSocket;
  readonly path: string;
}

/** Where the client connects to; what it gets is up to the script. */
export class ScriptedServer extends EventEmitter implements AsyncDisposable {
  /** Every join that came, whether by path or by message. */
  readonly joins: JoinData[] = [];
  connections = 0;
  /** Messages that are none; the client's fault. */
  readonly faults: string[] = [];
  /** Says what a connection gets instead of being served; undefined: it is served. */
  greet: ((socket: ClientSocket) => boolean) | undefined;
  /** Answers a join. */
  onJoin: (join: JoinData, socket: ClientSocket) => void = () => {};
  readonly #open = new Set<ClientSocket>();
  #http: Server | undefined;
  #port = 0;

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** Listens, at the address that it had before. */
  async up(): Promise<void> {
    const http = createServer();
    const acceptor = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) =>
      acceptor.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, request)),
    );
    http.listen(this.#port, '127.0.0.1');
    await once(http, 'listening');
    this.#port = (http.address() as AddressInfo).port;
    this.#http = http;
  }

  /** Nobody listens any more; connections end. */
  async down(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    if (http === undefined) return;
    const closed = once(http, 'close');
    http.close();
    http.closeAllConnections();
    this.cut();
    await closed;
  }

  /** Ends every connection without a close handshake. */
  cut(): void {
    for (const { ws } of this.#open) ws.terminate();
    this.#open.clear();
  }

  /** Ends every connection with a close code. */
  close(code: number, reason = ''): void {
    for (const { ws } of this.#open) ws.close(code, reason);
  }

  send(...messages: readonly (object | string)[]): void {
    for (const socket of this.#open) sendTo(socket, ...messages);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  #accept(ws: WebSocket, request: IncomingMessage): void {
    const socket = { ws, path: request.url ?? '/' };
    this.connections++;
    this.#open.add(socket);
    ws.on('error', () => {});
    ws.on('close', () => {
      this.#open.delete(socket);
      this.emit('change');
    });
    if (!this.greet?.(socket)) {
      ws.on('message', (data) => this.#take(String(data), socket));
      const join = joinOf(socket.path);
      if (join !== undefined) this.#join(join, socket);
    }
    this.emit('change');
  }

  #take(text: string, socket: ClientSocket): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = undefined;
    }
    if (!validateClientMessage(message)) {
      this.faults.push(text);
      return;
    }
    const { type } = message as ClientMessage;
    if (type === SOCKET_MESSAGE.ping) sendTo(socket, { type: SOCKET_MESSAGE.pong });
    if (type === SOCKET_MESSAGE.join) this.#join((message as { data: JoinData }).data, socket);
  }

  #join(join: JoinData, socket: ClientSocket): void {
    this.joins.push(join);
    this.onJoin(join, socket);
    this.emit('change');
  }
}

export function sendTo({ ws }: ClientSocket, ...messages: readonly (object | string)[]): void {
  for (const message of messages) ws.send(typeof message === 'string' ? message : JSON.stringify(message));
}

/** The subscription of a path, as the join that would say the same. */
function joinOf(target: string): JoinData | undefined {
  const { pathname, searchParams } = new URL(target, 'ws://any');
  const [, first, streamName, groupId, id] = pathname.split('/').map(decodeURIComponent);
  if (first !== 'stream' || !streamName || !groupId) return undefined;
  const [epoch, seq] = searchParams.get('since')?.split(/:(?=\d+$)/) ?? [];
  return {
    subscriptionId: 'path',
    streamName,
    groupId,
    ...(id ? { id } : {}),
    ...(epoch === undefined ? {} : { since: { epoch, seq: Number(seq) } }),
    items: searchParams.get('items') === '1',
    ack: searchParams.get('ack') === '1',
    ops: searchParams.get('ops') === '1',
  };
}
