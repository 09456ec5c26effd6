import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Damage, HttpDamage, Line, Message, Replaced } from './defect.js';
import { forwardRequest } from './http-proxy.js';

const HOP_BY_HOP = /^(host|connection|upgrade|sec-websocket-.*)$/i;
/** Bytes that may wait for the grader to read. */
const MAX_BUFFERED = 1_000_000;
/** Close codes that cannot be sent. */
const UNSENDABLE = new Set([1005, 1006, 1015]);

export interface ProxyOptions {
  /** The server that works. */
  readonly to: string;
  readonly damage: () => Damage;
  readonly http?: HttpDamage | undefined;
  readonly accepts?: ((status: number) => boolean) | undefined;
  readonly refuses?: ((path: string) => number | undefined) | undefined;
  readonly hidesSubprotocol?: boolean | undefined;
}

/** Stands between the grader and a server, and damages what passes. */
export class DamagingProxy implements AsyncDisposable {
  readonly #options: ProxyOptions;
  readonly #server: Server;
  /** Connections whose upgrade was asked for, taken or not, with those to the server behind. */
  readonly #open = new Set<() => void>();
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 0 });

  private constructor(options: ProxyOptions) {
    this.#options = options;
    this.#server = createServer((request, response) =>
      forwardRequest(request, response, options.to, options.http ?? {}),
    );
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async open(options: ProxyOptions): Promise<DamagingProxy> {
    const proxy = new DamagingProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#open) end();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { to, accepts, refuses, hidesSubprotocol } = this.#options;
    const refusal = refuses?.(request.url ?? '/');
    if (refusal !== undefined) return void socket.end(refusalOf(refusal));
    const offered = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
    const headers = Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.test(name));
    const upstream = new WebSocket(`${to.replace(/\/$/, '')}${request.url}`, offered, {
      headers: Object.fromEntries(headers) as Record<string, string>,
      perMessageDeflate: false,
      maxPayload: 0,
    });
    const end = (): void => {
      upstream.terminate();
      socket.destroy();
    };
    this.#open.add(end);
    socket.once('close', () => this.#open.delete(end));
    const early: [Buffer, boolean][] = [];
    const keep = (data: Buffer, binary: boolean): number => early.push([data, binary]);
    upstream.on('message', keep);
    socket.on('error', () => upstream.terminate());
    const accept = (connected: boolean): void => {
      if (hidesSubprotocol || upstream.protocol === '') delete request.headers['sec-websocket-protocol'];
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        if (!connected) return;
        upstream.off('message', keep);
        this.#join(client, upstream, request.url ?? '/', early);
      });
    };
    upstream.once('open', () => accept(true));
    upstream.once('unexpected-response', (asked, { statusCode = 500 }) => {
      if (accepts?.(statusCode)) accept(false);
      else socket.end(refusalOf(statusCode));
      asked.destroy();
    });
    upstream.on('error', () => {
      if (upstream.readyState === WebSocket.CONNECTING) socket.destroy();
    });
  }

  #join(client: WebSocket, upstream: WebSocket, path: string, early: readonly [Buffer, boolean][]): void {
    const damage = this.#options.damage();
    const relieve = (): void => {
      if (upstream.isPaused && client.bufferedAmount < MAX_BUFFERED) upstream.resume();
    };
    const send = (to: WebSocket, text: string): void => {
      if (to.readyState === WebSocket.OPEN) to.send(text, relieve);
    };
    const line: Line = {
      path,
      down: (message) => send(client, JSON.stringify(message)),
      up: (message) => send(upstream, JSON.stringify(message)),
    };
    const pass = (
      data: Buffer,
      to: WebSocket,
      hook: ((message: Message, line: Line) => Replaced) | undefined,
    ): void => {
      const text = data.toString();
      const replaced = hook === undefined ? undefined : replace(text, (message) => hook(message, line));
      for (const one of replaced?.map((message) => JSON.stringify(message)) ?? [text]) send(to, one);
    };
    const down = (data: Buffer): void => {
      pass(data, client, damage.down?.bind(damage));
      // A grader that does not read must be felt by the server, as without a proxy.
      if (client.bufferedAmount >= MAX_BUFFERED && upstream.readyState === WebSocket.OPEN) upstream.pause();
    };
    for (const [data] of early) down(data);
    upstream.on('message', (data) => down(data as Buffer));
    client.on('message', (data, binary) => {
      if (!binary) pass(data as Buffer, upstream, damage.up?.bind(damage));
      else if (!damage.losesBinary && upstream.readyState === WebSocket.OPEN) upstream.send(data as Buffer);
    });
    forwardClose(client, upstream);
    forwardClose(upstream, client);
  }
}

const refusalOf = (status: number): string =>
  `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;

function replace(text: string, hook: (message: Message) => Replaced): Replaced {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  return message === null || typeof message !== 'object' ? undefined : hook(message);
}

function forwardClose(from: WebSocket, to: WebSocket): void {
  from.on('error', () => to.terminate());
  from.on('close', (code, reason) => {
    if (code === 1005) to.close();
    else if (UNSENDABLE.has(code)) to.terminate();
    else to.close(code, reason);
  });
}
