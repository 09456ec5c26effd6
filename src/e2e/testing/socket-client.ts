import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message of the stream socket, as loosely as a client reads it. */
export interface SocketMessage {
  readonly type: string;
  readonly timestamp: number;
  readonly streamName: string;
  readonly groupId: string;
  readonly id: string | null;
  readonly event: {
    readonly type: string;
    readonly data?: unknown;
    readonly event?: { type: string; data: unknown };
  };
  readonly seq?: number;
  readonly epoch?: string;
}

/** A plain socket client that keeps what it got. */
export class SocketClient implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly messages: SocketMessage[] = [];
  #waiters: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as SocketMessage);
      for (const wake of this.#waiters.splice(0)) wake();
    });
  }

  static async open(
    url: string,
    options: { protocols?: string[]; headers?: Record<string, string> } = {},
  ): Promise<SocketClient> {
    const client = new SocketClient(
      new WebSocket(url, options.protocols ?? [], { headers: options.headers ?? {} }),
    );
    await once(client.socket, 'open');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message that `match` accepts, from those that came and those to come. */
  async find(match: (message: SocketMessage) => boolean): Promise<SocketMessage> {
    for (let seen = 0; ; ) {
      for (; seen < this.messages.length; seen++) {
        const message = this.messages[seen] as SocketMessage;
        if (match(message)) return message;
      }
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.terminate();
    await once(this.socket, 'close');
  }
}
