import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  ENGINE_FUNCTION,
  ENGINE_TRIGGER_TYPE,
  INVOCATION_ERROR,
  WORKER_EVENT,
  WORKER_MESSAGE,
} from '../../../generated/constants.js';
import type { Connection, FakeEngineOptions, Fields, WorkerEvent } from './fake-engine-types.js';
import type { Frame } from './raw-worker.js';

/**
 * An engine as others see it, for workers that attach: it tells of new functions only when its clock ticks, which here is
 * when a test says so; of workers at once; and it forwards no `null` results.
 */
export class FakeEngine implements AsyncDisposable {
  readonly url: string;
  /** Everything that workers sent, with who sent it. */
  readonly received: Frame[] = [];
  readonly #options: FakeEngineOptions;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #functions = new Map<string, { owner: Connection; metadata: unknown }>();
  readonly #triggers = new Map<string, { owner: Connection; frame: Fields; isKnown: boolean }>();
  readonly #types = new Map<string, Connection>();
  readonly #pending = new Map<string, { caller: Connection; id: unknown }>();

  private constructor(server: WebSocketServer, options: FakeEngineOptions) {
    this.#server = server;
    this.#options = options;
    this.url = `ws://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on('connection', (ws) => this.#connected(ws));
  }

  static async start(options: FakeEngineOptions = {}, port = 0): Promise<FakeEngine> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    await once(server, 'listening');
    return new FakeEngine(server, options);
  }

  get #isNew(): boolean {
    return this.#options.like === '0.23';
  }

  /** The clock ticks: whoever asked learns which functions there are. */
  tick(): void {
    this.#fire(ENGINE_TRIGGER_TYPE.functionsAvailable, {
      event: 'functions_changed',
      functions: this.#list(),
    });
  }

  /** Cuts a worker off, by its name. */
  drop(name: string): void {
    for (const one of this.#connections) if (one.name === name) one.ws.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { ws } of this.#connections) ws.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connected(ws: WebSocket): void {
    const connection: Connection = {
      id: randomUUID(),
      token: randomUUID(),
      ws,
      name: undefined,
      announced: !this.#isNew,
      held: [],
    };
    this.#connections.add(connection);
    const token = this.#isNew ? { reattach_token: connection.token } : {};
    const { features } = this.#options;
    const greeting = { type: WORKER_MESSAGE.workerRegistered, worker_id: connection.id };
    this.#send(connection, { ...greeting, ...token, features });
    this.#worker(WORKER_EVENT.connected, connection);
    ws.on('message', (data) => this.#received(connection, JSON.parse(String(data)) as Fields));
    ws.on('close', () => {
      this.#forget(connection);
      this.#worker(WORKER_EVENT.disconnected, connection);
    });
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    for (const [id, { owner }] of this.#functions) if (owner === connection) this.#functions.delete(id);
    for (const [id, owner] of this.#types) if (owner === connection) this.#types.delete(id);
    for (const [id, { owner }] of this.#triggers) if (owner === connection) this.#endTrigger(id);
  }

  #endTrigger(id: string): void {
    const trigger_type = String(this.#triggers.get(id)?.frame.trigger_type);
    this.#triggers.delete(id);
    const provider = this.#types.get(trigger_type);
    if (provider !== undefined)
      this.#send(provider, { type: WORKER_MESSAGE.unregisterTrigger, id, trigger_type });
  }

  #received(from: Connection, frame: Fields): void {
    this.received.push({ ...frame, from: from.id });
    switch (frame.type) {
      case WORKER_MESSAGE.reattach:
        this.#reattach(frame);
        break;
      case WORKER_MESSAGE.registerFunction:
      case WORKER_MESSAGE.registerTrigger:
      case WORKER_MESSAGE.registerTriggerType:
        if (from.announced) this.#register(from, frame);
        else from.held.push(frame);
        break;
      case WORKER_MESSAGE.unregisterFunction:
        this.#functions.delete(String(frame.id));
        break;
      case WORKER_MESSAGE.unregisterTrigger:
        this.#endTrigger(String(frame.id));
        break;
      case WORKER_MESSAGE.invokeFunction:
        this.#invoke(from, frame);
        break;
      case WORKER_MESSAGE.invocationResult:
        this.#result(frame);
        break;
    }
  }

  #reattach({ previous_worker_id, reattach_token }: Fields): void {
    for (const one of [...this.#connections]) {
      if (one.id !== previous_worker_id || one.token !== reattach_token) continue;
      this.#forget(one);
      one.ws.terminate();
    }
  }

  #register(owner: Connection, frame: Fields): void {
    const id = String(frame.id);
    if (frame.type === WORKER_MESSAGE.registerTriggerType) {
      this.#types.set(id, owner);
      // 0.11.6 never hands over a trigger whose type nobody offered when it came.
      for (const trigger of this.#triggers.values()) {
        if (trigger.frame.trigger_type === id && (this.#isNew || trigger.isKnown))
          this.#send(owner, trigger.frame);
      }
    } else if (frame.type === WORKER_MESSAGE.registerTrigger) {
      const provider = this.#types.get(String(frame.trigger_type));
      this.#triggers.set(id, { owner, frame, isKnown: provider !== undefined });
      if (provider !== undefined) this.#send(provider, frame);
    } else {
      const taken = this.#functions.get(id);
      if (this.#isNew && taken !== undefined && taken.owner !== owner) {
        const facts = { namespace: 'default', function_id: id, owner_worker_id: taken.owner.id };
        const code = 'FUNCTION_NAMESPACE_CONFLICT';
        this.#send(owner, { type: WORKER_MESSAGE.registrationRejected, code, ...facts });
      } else this.#functions.set(id, { owner, metadata: frame.metadata });
    }
  }

  #announce(from: Connection, { name }: Fields): void {
    const { rejects } = this.#options;
    const rival = [...this.#connections].find((one) => one !== from && one.name === name);
    if (rejects !== undefined || (this.#isNew && rival !== undefined)) {
      const facts = { namespace: 'default', worker_name: name, owner_worker_id: rival?.id };
      const code = rejects ?? 'WORKER_NAMESPACE_CONFLICT';
      this.#send(from, { type: WORKER_MESSAGE.registrationRejected, code, ...facts });
      from.ws.close();
      return;
    }
    from.name = String(name);
    from.announced = true;
    for (const frame of from.held.splice(0)) this.#register(from, frame);
    this.#worker(WORKER_EVENT.updated, from);
  }

  #invoke(from: Connection, frame: Fields): void {
    const id = String(frame.function_id);
    const reply = (more: Fields): void => {
      if (frame.invocation_id === undefined) return;
      const { invocation_id, function_id } = frame;
      this.#send(from, { type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, ...more });
    };
    const request = (frame.data ?? {}) as Fields;
    const callee = this.#functions.get(id);
    if (callee !== undefined) {
      const { invocation_id, ...call } = frame;
      if (!this.#isNew) delete call.metadata;
      const own = invocation_id === undefined ? undefined : randomUUID();
      if (own !== undefined) this.#pending.set(own, { caller: from, id: invocation_id });
      this.#send(callee.owner, { ...call, invocation_id: own });
    } else if (id === ENGINE_FUNCTION.registerWorker) {
      this.#announce(from, request);
      reply({ result: { success: true } });
    } else if (id === ENGINE_FUNCTION.listFunctions) reply({ result: { functions: this.#list() } });
    else if (id === ENGINE_FUNCTION.listRegisteredTriggers && this.#isNew)
      reply({ result: { registered_triggers: this.#listTriggers() } });
    else if (id === ENGINE_FUNCTION.listTriggers) reply({ result: { triggers: this.#oldList() } });
    else if (Object.hasOwn(this.#options.builtIn ?? {}, id)) reply({ result: this.#options.builtIn?.[id] });
    else reply({ error: { code: INVOCATION_ERROR.functionNotFound, message: `Function ${id} not found` } });
  }

  #result({ invocation_id, function_id, result, error }: Fields): void {
    const pending = this.#pending.get(String(invocation_id));
    this.#pending.delete(String(invocation_id));
    if (pending === undefined) return;
    const more = result === null ? { error } : { result, error };
    this.#send(pending.caller, {
      type: WORKER_MESSAGE.invocationResult,
      invocation_id: pending.id,
      function_id,
      ...more,
    });
  }

  #list(): Fields[] {
    const own = Object.keys(this.#options.builtIn ?? {}).filter((id) => !this.#functions.has(id));
    return [
      ...own.map((function_id) => ({ function_id })),
      ...[...this.#functions].map(([function_id, { metadata }]) => ({ function_id, metadata })),
    ];
  }

  #oldList(): Fields[] {
    return this.#isNew ? [...this.#types.keys()].map((id) => ({ id })) : this.#listTriggers();
  }

  #listTriggers(): Fields[] {
    return [...this.#triggers.values()].map(({ frame: { type: _, ...rest } }) => rest);
  }

  #worker(event: WorkerEvent, { id }: Connection): void {
    this.#fire(ENGINE_TRIGGER_TYPE.workersAvailable, { event, worker_id: id });
  }

  #fire(type: string, data: Fields): void {
    for (const { frame } of this.#triggers.values()) {
      const owner = this.#functions.get(String(frame.function_id))?.owner;
      if (frame.trigger_type !== type || owner === undefined) continue;
      const { function_id } = frame;
      this.#send(owner, { type: WORKER_MESSAGE.invokeFunction, function_id, data });
    }
  }

  #send({ ws }: Connection, frame: Fields): void {
    ws.send(JSON.stringify(frame));
  }
}
