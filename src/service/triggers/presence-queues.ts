/** Milliseconds until a queue whose call could not be sent is tried again. */
const RETRY_MS = 50;
/** Waiting leaves beyond which joins wait too: only what is connected can still leave then. */
const MANY_WAITING = 50_000;

/** A leave that handlers are owed. */
export interface OwedLeave {
  readonly type: 'leave';
  /** Calls the handlers; `done(false)` when some could not be called now, and are called when it is sent again. */
  send(done: (sent: boolean) => void): void;
}

/** A join whose handlers may not learn of it before the leaves ahead of it. */
export interface WaitingJoin {
  readonly type: 'join';
  send(): void;
}

/** What waits for one stream. */
class Queue {
  /** Leaves that were tried in vain, ahead of all others. */
  readonly again: OwedLeave[] = [];
  readonly waiting = new Set<OwedLeave | WaitingJoin>();
  /** Calls cannot be sent: nothing overtakes those that were tried. */
  blocked = false;

  get isEmpty(): boolean {
    return this.again.length === 0 && this.waiting.size === 0;
  }

  get first(): OwedLeave | WaitingJoin | undefined {
    return this.again[0] ?? this.waiting.values().next().value;
  }

  removeFirst(): void {
    if (this.again.length > 0) this.again.shift();
    else for (const one of this.waiting) return void this.waiting.delete(one);
  }
}

/**
 * Leaves whose handlers cannot be called yet, by stream, in the order of the leaves. They are called as calls before
 * them end, at the pace of the workers. What may wait is bounded by what is connected: a join that has handlers waits
 * behind the leaves of its stream, and with very many leaves waiting, every join that would be owed a leave does.
 */
export class PresenceQueues {
  readonly #queues = new Map<string, Queue>();
  readonly #maxRunning: () => number;
  #leaves = 0;
  #running = 0;
  #pumping = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param maxRunning leaves whose handlers may run at one time, looked up at each; the other calls need room too */
  constructor(maxRunning: () => number) {
    this.#maxRunning = maxRunning;
  }

  /** Leaves that still have to be told. */
  get owed(): number {
    return this.#leaves;
  }

  /** Sends a leave now, or behind those that wait. */
  leave(stream: string, leave: OwedLeave): void {
    if (!this.#queues.has(stream) && this.#running < this.#maxRunning()) this.#send(stream, leave);
    else if (!this.#closed) {
      this.#queueOf(stream).waiting.add(leave);
      this.#leaves += 1;
    }
  }

  /** Sends a join now, or behind the leaves of its stream. Returns what takes it back, and tells whether it could. */
  join(stream: string, hasHandlers: boolean, join: WaitingJoin): () => boolean {
    const waits = (hasHandlers && this.#queues.has(stream)) || this.#leaves >= MANY_WAITING;
    if (!waits) {
      join.send();
      return () => false;
    }
    if (!this.#closed) this.#queueOf(stream).waiting.add(join);
    return () => {
      const queue = this.#queues.get(stream);
      if (queue?.waiting.delete(join) !== true) return false;
      if (queue.isEmpty) this.#queues.delete(stream);
      return true;
    };
  }

  /** Forgets what waits. Returns how many leaves will not be told. */
  close(): number {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#queues.clear();
    return this.#leaves;
  }

  #queueOf(stream: string): Queue {
    let queue = this.#queues.get(stream);
    if (queue === undefined) {
      queue = new Queue();
      this.#queues.set(stream, queue);
    }
    return queue;
  }

  #send(stream: string, leave: OwedLeave): void {
    this.#running += 1;
    leave.send((sent) => {
      this.#running -= 1;
      if (!sent && !this.#closed) this.#postpone(stream, leave);
      this.#pump();
    });
  }

  #postpone(stream: string, leave: OwedLeave): void {
    const queue = this.#queueOf(stream);
    queue.again.push(leave);
    queue.blocked = true;
    this.#leaves += 1;
    this.#retry ??= setTimeout(() => this.#unblock(), RETRY_MS).unref();
  }

  #unblock(): void {
    this.#retry = undefined;
    for (const queue of this.#queues.values()) queue.blocked = false;
    this.#pump();
  }

  /** One of each queue in turn. Calls may end while they are sent: only the outermost pump goes on. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (const [stream, queue] of this.#queues) {
        if (this.#running >= this.#maxRunning()) break;
        if (!queue.blocked) this.#advance(stream, queue);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Sends the first leave of a queue, and the joins that follow it. */
  #advance(stream: string, queue: Queue): void {
    // To the end of the round, where the pump comes by again.
    this.#queues.delete(stream);
    this.#queues.set(stream, queue);
    for (let first = queue.first, leaves = 0; first !== undefined && !queue.blocked; first = queue.first) {
      if (first.type === 'leave' && ++leaves > 1) return;
      queue.removeFirst();
      if (first.type === 'join') first.send();
      else {
        this.#leaves -= 1;
        this.#send(stream, first);
      }
    }
    if (queue.isEmpty && this.#queues.get(stream) === queue) this.#queues.delete(stream);
  }
}
