import { randomUUID } from 'node:crypto';
import { FUNCTION, INVOCATION_ACTION, WORKER_MESSAGE } from '../../generated/constants.js';
import { validateWorkerMessage } from '../../generated/validators.js';
import type {
  EngineMessage,
  InvokeFunctionMessage,
  RegisterFunctionMessage,
  WorkerMessage,
} from '../../generated/worker.js';
import { capabilityOf } from '../capabilities.js';
import { checkResult, checkSent, readEngineFrame, type UnknownMessage } from './check.js';
import { CallFailed, TargetFault } from './faults.js';
import { Inbox } from './inbox.js';
import { Link } from './link.js';
import { Offers } from './offers.js';
import { PendingCalls } from './pending-calls.js';
import type { Call, Handler, Reply, Wiring } from './wiring.js';

/** Functions whose absence has a name; those of cases are all of one kind. */
const NAMED = /^(stream|engine)::[a-z:_-]+$/;

/** A worker as lean as the protocol allows; every frame is checked against the spec. */
export class WorkerClient {
  /** The first frame that came, checked by whoever cares. */
  readonly hello: Promise<EngineMessage | UnknownMessage>;
  /** Frames that are neither answers nor calls of functions that this worker offers. */
  readonly others: Inbox<EngineMessage | UnknownMessage>;
  readonly #wiring: Wiring;
  readonly #link: Link;
  readonly #closed: Promise<number>;
  readonly #calls = new PendingCalls();
  readonly #offers: Offers;
  /** Triggers by their ids, with their types. */
  readonly #triggers = new Map<string, string>();
  #greet: (message: EngineMessage | UnknownMessage) => void = () => {};
  #greeted = false;
  #isEnded = false;

  private constructor(wiring: Wiring, link: Link, closed: Promise<number>) {
    this.#wiring = wiring;
    this.#link = link;
    this.#closed = closed;
    this.#offers = new Offers(wiring, {
      send: (message) => this.send(message),
      exchange: (functionId, data) => this.#calls.replyTo(this.#invoke(functionId, data)),
    });
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
      wiring,
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

  /** Resolves with the close code when the connection ends. */
  get closed(): Promise<number> {
    return this.#wiring.waits.for("the end of the worker's connection", this.#closed);
  }

  /** The id that the engine gave this worker. */
  async id(): Promise<string> {
    const hello = await this.#wiring.waits.for('the first frame of the engine', this.hello);
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
    return this.answerTo(this.#invoke(functionId, data, call), functionId);
  }

  /** Waits for the answer to a call that was sent as text. */
  async answerTo(invocationId: string, functionId: string): Promise<Reply> {
    this.#wiring.requires(capabilityOf(functionId));
    const need = NAMED.test(functionId) ? functionId : 'replies of functions of workers';
    return this.#wiring.waits.for(`the answer of ${functionId}`, this.#calls.replyTo(invocationId), need);
  }

  /** Waits until the engine took whatever was sent before. */
  async roundTrip(): Promise<void> {
    await this.reply(FUNCTION.get, { stream_name: 'round-trip', group_id: 'g', item_id: 'i' });
  }

  /** Calls a function and wants no answer. */
  void(functionId: string, data: unknown): void {
    const action = { type: INVOCATION_ACTION.void };
    this.send({ type: WORKER_MESSAGE.invokeFunction, function_id: functionId, data, action });
  }

  /** Offers a function. */
  on(id: string, handler: Handler, info: Partial<RegisterFunctionMessage> = {}): void {
    this.#offers.add(id, handler, info);
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
    this.#triggers.set(id, type);
    this.send({
      type: WORKER_MESSAGE.registerTrigger,
      id,
      trigger_type: type,
      function_id: functionId,
      config,
    });
    this.announce();
    return id;
  }

  /** Takes a trigger back. */
  untrigger(id: string): void {
    const type = this.#triggers.get(id);
    if (type === undefined) throw new Error(`this worker has no trigger ${id}`);
    this.#triggers.delete(id);
    this.send({ type: WORKER_MESSAGE.unregisterTrigger, id, trigger_type: type });
  }

  /** Tells about this worker: some engines hold its registrations until then. */
  announce(): void {
    this.#offers.announce();
  }

  /** Waits until every function that this worker offers can be called. */
  settle(): Promise<void> {
    return this.#offers.settle();
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

  /**
   * Takes its triggers back before it goes, replying to what still calls it: a target that waits for the handlers of
   * other cases would refuse their subscriptions when this worker breaks amid a call.
   */
  async retire(): Promise<void> {
    if (this.#triggers.size === 0 || this.#isEnded) return;
    for (const id of [...this.#triggers.keys()]) this.untrigger(id);
    await this.roundTrip();
    await this.#link.close();
  }

  #invoke(functionId: string, data: unknown, call: Call = {}): string {
    this.#wiring.requires(capabilityOf(functionId));
    const id = randomUUID();
    const type = WORKER_MESSAGE.invokeFunction;
    this.send({ type, invocation_id: id, function_id: functionId, data, ...call });
    return id;
  }

  #receive(text: string): void {
    try {
      this.#dispatch(readEngineFrame(text), text);
    } catch (error) {
      this.#wiring.fault(error as Error);
    }
  }

  #dispatch(message: EngineMessage | UnknownMessage, text: string): void {
    if (!this.#greeted) {
      this.#greeted = true;
      this.#greet(message);
      if (message.type === WORKER_MESSAGE.workerRegistered) return;
    }
    if (message.type === WORKER_MESSAGE.invocationResult) {
      if (!this.#calls.has(message.invocation_id)) this.others.push(message);
      else {
        if (!message.error) checkResult(message.function_id, message.result);
        this.#calls.resolve({ message, text });
      }
    } else if (message.type === WORKER_MESSAGE.invokeFunction && this.#offers.has(message.function_id)) {
      this.#run(message).catch(this.#wiring.fault);
    } else if (message.type === WORKER_MESSAGE.ping) this.send({ type: WORKER_MESSAGE.pong });
    else this.others.push(message);
  }

  async #run(message: InvokeFunctionMessage): Promise<void> {
    const { invocation_id, function_id } = message;
    const outcome = await this.#offers.run(message);
    if (typeof invocation_id !== 'string' || this.#isEnded) return;
    this.send({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, ...outcome });
  }

  #end(code: number): void {
    this.#isEnded = true;
    if (this.#wiring.isOver()) return;
    const fault = new TargetFault(`the engine's connection closed with ${code}`);
    this.others.fail(fault);
    this.#calls.fail(fault);
  }
}
