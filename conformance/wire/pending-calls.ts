import type { Reply } from './wiring.js';

interface Caller {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** The calls of one connection that wait for their replies, by invocation id. */
export class PendingCalls {
  readonly #callers = new Map<string, Caller>();
  #failure: Error | undefined;

  has(invocationId: string): boolean {
    return this.#callers.has(invocationId);
  }

  /** Resolves with the reply; rejects when the connection failed. */
  async replyTo(invocationId: string): Promise<Reply> {
    if (this.#failure !== undefined) throw this.#failure;
    const reply = new Promise<Reply>((resolve, reject) =>
      this.#callers.set(invocationId, { resolve, reject }),
    );
    return reply.finally(() => this.#callers.delete(invocationId));
  }

  resolve(reply: Reply): void {
    this.#callers.get(reply.message.invocation_id)?.resolve(reply);
  }

  /** No reply will come any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#callers.values()) reject(error);
  }
}
