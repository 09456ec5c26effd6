import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { ENGINE_FUNCTION, INVOCATION_ACTION, WORKER_MESSAGE } from '../../generated/constants.js';
import { validateEngineMessage, validateWorkerMessage } from '../../generated/validators.js';
import type {
  EngineMessage,
  InvocationResultMessage,
  InvokeFunctionMessage,
  RegisterFunctionMessage,
  WorkerMessage,
} from '../../generated/worker.js';
import { checkResult, checkSent, readFrame } from './check.js';
import { CallFailed, TargetFault } from './faults.js';
import { Inbox } from './inbox.js';
import { Link } from './link.js';
import { type Call, type Handler, HandlerError, type Reply, type Wiring } from './wiring.js';

/** A worker as lean as the protocol allows; every frame is checked against the spec. */
export class WorkerClient {
  /** The first frame that came, checked by whoever cares. */
  readonly hello: Promise<EngineMessage>;
  /** Frames that are neither answers nor calls of functions that this worker offers. */
  readonly others: Inbox<EngineMessage>;
  /** Resolves with the close code when the connection ends. */
  readonly closed: Promise<number>;
  readonly #wiring: Wiring;
  readonly #link: Link;
  readonly #replies = new Map<string, Inbox<Reply>>();
  readonly #handlers = new Map<string, Handler>();
  readonly #unsettled: { functions: Set<string>; triggers: Set<string> } = {
    functions: new Set(),
    triggers: new Set(),
  };
  #greet: (message: EngineMessage) => void = () => {};
  #greeted = false;
  #ended: TargetFault | undefined;

  private constructor(wiring: Wiring, link: Link, closed: Promise<number>) {
    this.#wiring = wiring;
    this.#link = link;
    this.closed = closed;
    this.others = new Inbox(wiring.waits);
    this.hello = new Promise((resolve) => {
      this.#greet = resolve;
    });
  }

  /** @throws TargetFault, Refused */
  static async open(wiring: Wiring, url: string, who: string): Promise<WorkerClient> {
    let client: WorkerClient | undefined;
    const early: string[] = [];
    let ended = (_code: number): void => {};
    const closed = new Promise<number>((resolve) => {
      ended = resolve;
    });
    const link = await Link.open({
      url,
      who,
      trace: wiring.trace,
      onText: (text) => (client === undefined ? early.push(text) : client.#receive(text)),
      onClose: (code) => {
        if (client !== undefined) client.#end(code);
        ended(code);
      },
    });
    client = new WorkerClient(wiring, link, closed);
    for (const text of early) client.#receive(text);
    return client;
  }

  /** The id that the engine gave this worker. */
  async id(): Promise<string> {
    const hello = await this.hello;
    if (hello.type !== WORKER_MESSAGE.workerRegistered) {
      throw new TargetFault(`the first frame is ${hello.type}, expected ${WORKER_MESSAGE.workerRegistered}`);
    }
    return hello.worker_id;
  }

  /** Calls a function and waits for its result. @throws CallFailed */
  async call(functionId: string, data: unknown, call: Call = {}): Promise<unknown> {
    const { message } = await this.reply(functionId, data, call);
    const { error, result } = message;
    if (error) throw new CallFailed(functionId, error.code, error.message);
    return result;
  }

  /** Calls a function and waits for its answer, whatever it is. */
  async reply(functionId: string, data: unknown, call: Call = {}): Promise<Reply> {
    const id = randomUUID();
    this.send({
      type: WORKER_MESSAGE.invokeFunction,
      invocation_id: id,
      function_id: functionId,
      data,
      ...call,
    });
    return this.answerTo(id, functionId);
  }

  /** Waits for the answer to a call that was sent as text. */
  async answerTo(invocationId: string, functionId: string): Promise<Reply> {
    const inbox = new Inbox<Reply>(this.#wiring.waits);
    if (this.#ended !== undefined) inbox.fail(this.#ended);
    this.#replies.set(invocationId, inbox);
    try {
      return await inbox.next(`the answer of ${functionId}`);
    } finally {
      this.#replies.delete(invocationId);
    }
  }

  /** Calls a function and wants no answer. */
  void(functionId: string, data: unknown): void {
    const action = { type: INVOCATION_ACTION.void };
    this.send({ type: WORKER_MESSAGE.invokeFunction, function_id: functionId, data, action });
  }

  /** Offers a function. */
  on(id: string, handler: Handler, info: Partial<RegisterFunctionMessage> = {}): void {
    this.#handlers.set(id, handler);
    this.#unsettled.functions.add(id);
    this.send({ ...info, type: WORKER_MESSAGE.registerFunction, id });
  }

  /** Offers a function and collects what it is called with; `answer` is its result. */
  record<T>(id: string, answer: (data: T) => unknown = () => undefined): Inbox<T> {
    const calls = new Inbox<T>(this.#wiring.waits);
    this.on(id, (data: T) => {
      calls.push(data);
      return answer(data);
    });
    return calls;
  }

  /** Binds a function to a trigger type; returns the trigger's id. */
  trigger(type: string, functionId: string, config: unknown): string {
    const id = randomUUID();
    this.#unsettled.triggers.add(id);
    this.send({
      type: WORKER_MESSAGE.registerTrigger,
      id,
      trigger_type: type,
      function_id: functionId,
      config,
    });
    return id;
  }

  /** Waits until the engine lists everything that was registered. */
  async settle(): Promise<void> {
    const { functions, triggers } = this.#unsettled;
    await this.#listed(ENGINE_FUNCTION.listFunctions, 'functions', 'function_id', functions);
    await this.#listed(ENGINE_FUNCTION.listTriggers, 'triggers', 'id', triggers);
  }

  send(message: WorkerMessage): void {
    this.#link.send(checkSent(message, validateWorkerMessage));
  }

  /** Sends what no well-behaved worker would. */
  sendText(text: string): void {
    this.#link.send(text);
  }

  sendBytes(bytes: Buffer): void {
    this.#wiring.trace.add('worker', '→ (binary)', bytes.toString('latin1'));
    this.#link.socket.send(bytes);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  terminate(): void {
    this.#link.terminate();
  }

  async #listed(functionId: string, field: string, key: string, ids: Set<string>): Promise<void> {
    while (ids.size > 0) {
      const answer = (await this.call(functionId, { include_internal: true })) as Record<string, unknown>;
      const rows = (answer[field] ?? []) as readonly Record<string, string>[];
      for (const row of rows) ids.delete(row[key] ?? '');
      if (ids.size > 0) await turn();
    }
  }

  #receive(text: string): void {
    let message: EngineMessage;
    try {
      message = readFrame(text, validateEngineMessage, 'a frame of the engine');
      this.#dispatch(message, text);
    } catch (error) {
      this.#wiring.fault(error as Error);
    }
  }

  #dispatch(message: EngineMessage, text: string): void {
    if (!this.#greeted) {
      this.#greeted = true;
      this.#greet(message);
      if (message.type === WORKER_MESSAGE.workerRegistered) return;
    }
    if (message.type === WORKER_MESSAGE.invocationResult) {
      const inbox = this.#replies.get(message.invocation_id);
      if (inbox === undefined) this.others.push(message);
      else {
        if (!message.error) checkResult(message.function_id, message.result);
        inbox.push({ message, text });
      }
    } else if (message.type === WORKER_MESSAGE.invokeFunction && this.#handlers.has(message.function_id)) {
      this.#run(this.#handlers.get(message.function_id) as Handler, message).catch(this.#wiring.fault);
    } else if (message.type === WORKER_MESSAGE.ping) this.send({ type: WORKER_MESSAGE.pong });
    else this.others.push(message);
  }

  async #run(handler: Handler, message: InvokeFunctionMessage): Promise<void> {
    const { invocation_id, function_id } = message;
    let outcome: Pick<InvocationResultMessage, 'result' | 'error'>;
    try {
      outcome = { result: await handler(message.data as never, message) };
    } catch (error) {
      const code = error instanceof HandlerError ? error.code : 'handler_failed';
      outcome = { error: { code, message: (error as Error).message } };
    }
    if (typeof invocation_id !== 'string' || this.#ended !== undefined) return;
    this.send({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, ...outcome });
  }

  #end(code: number): void {
    this.#ended = new TargetFault(`the engine's connection closed with ${code}`);
    if (this.#wiring.isOver()) return;
    this.others.fail(this.#ended);
    for (const inbox of this.#replies.values()) inbox.fail(this.#ended);
  }
}
