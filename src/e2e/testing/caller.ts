import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { UpdateOp } from '../../../generated/functions.js';

interface Reply {
  readonly type: string;
  readonly invocation_id: string;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Calls functions over the worker protocol, as lean as possible: for tests that need many calls at once. */
export class Caller implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly #open = new Map<string, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.type !== WORKER_MESSAGE.invocationResult) return;
      const call = this.#open.get(reply.invocation_id);
      this.#open.delete(reply.invocation_id);
      if (reply.error === undefined) call?.resolve(reply.result);
      else call?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    });
    socket.on('close', () => {
      for (const { reject } of this.#open.values()) reject(new Error('connection closed'));
      this.#open.clear();
    });
    socket.on('error', () => {});
  }

  static async open(url: string): Promise<Caller> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Caller(socket);
  }

  call(functionId: string, data: unknown): Promise<unknown> {
    const invocation_id = randomUUID();
    return new Promise((resolve, reject) => {
      this.#open.set(invocation_id, { resolve, reject });
      this.socket.send(
        JSON.stringify({ type: WORKER_MESSAGE.invokeFunction, invocation_id, function_id: functionId, data }),
      );
    });
  }

  set(stream_name: string, group_id: string, item_id: string, data: unknown): Promise<unknown> {
    return this.call(FUNCTION.set, { stream_name, group_id, item_id, data });
  }

  update(stream_name: string, group_id: string, item_id: string, ops: readonly UpdateOp[]): Promise<unknown> {
    return this.call(FUNCTION.update, { stream_name, group_id, item_id, ops });
  }

  delete(stream_name: string, group_id: string, item_id: string): Promise<unknown> {
    return this.call(FUNCTION.delete, { stream_name, group_id, item_id });
  }

  list(stream_name: string, group_id: string): Promise<unknown[]> {
    return this.call(FUNCTION.list, { stream_name, group_id }) as Promise<unknown[]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.terminate();
    await once(this.socket, 'close');
  }
}
