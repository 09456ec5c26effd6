import assert from 'node:assert/strict';
import { STREAM_EVENT } from '../../generated/constants.js';
import type { JoinData, StreamMessage } from '../../generated/socket.js';
import type { ErrorBody } from '../../generated/worker.js';
import type { Capability } from '../capabilities.js';
import { NotApplicable, TargetFault } from '../wire/faults.js';
import { type HttpOptions, type HttpReply, httpRequest } from '../wire/http-request.js';
import { httpStatus } from '../wire/http-status.js';
import { Refused } from '../wire/link.js';
import { type Brief, brief, type OpenOptions, StreamClient } from '../wire/stream-client.js';
import { Trace } from '../wire/trace.js';
import { Waits } from '../wire/waits.js';
import type { Wiring } from '../wire/wiring.js';
import { WorkerClient } from '../wire/worker-client.js';
import { type At, Functions } from './functions.js';
import type { Surroundings } from './surroundings.js';
import type { Target, TargetConfig, Targets } from './target.js';
import { within } from './within.js';

export type Follow = Partial<Pick<JoinData, 'id' | 'since' | 'items' | 'ack'>>;

/** Milliseconds that a case's workers may take to go in good order. */
const RETIRE_MS = 1_000;

/** What one case works with: fresh names, connections that end with it, and the functions in short. */
export class Context extends Functions implements AsyncDisposable {
  readonly trace = new Trace();
  /** What the case waits for now. */
  readonly waits: Waits;
  /** Rejects when a frame broke the spec. */
  readonly broken: Promise<never>;
  readonly config: TargetConfig;
  readonly isAttached: boolean;
  readonly #targets: Targets;
  readonly #wiring: Wiring;
  readonly #open: { terminate(): void }[] = [];
  readonly #workers: WorkerClient[] = [];
  readonly #launched: Target[] = [];
  #target: Target | undefined;
  #worker: Promise<WorkerClient> | undefined;
  #markers = 0;
  #isOver = false;

  /** @param target where connections go; undefined when the case launches its own */
  constructor(surroundings: Surroundings, config: TargetConfig, target: Target | undefined) {
    super();
    const { targets, connect, silence, isAttached, lacks } = surroundings;
    this.#targets = targets;
    this.isAttached = isAttached;
    this.waits = new Waits((need) => silence.arrived(need));
    this.config = config;
    this.#target = target;
    let fault = (_fault: Error): void => {};
    this.broken = new Promise<never>((_resolve, reject) => {
      fault = reject;
    });
    this.broken.catch(() => {});
    this.#wiring = {
      trace: this.trace,
      waits: this.waits,
      connect,
      track: (connection) => this.#open.push(connection),
      fault,
      isOver: () => this.#isOver,
      requires: (capability) => {
        const reason = capability && lacks[capability];
        if (reason !== undefined) throw new NotApplicable(`the target lacks ${capability}: ${reason}`);
      },
      isForeign: (name) => this.names.isForeign(name),
    };
  }

  /** Ends the case as not applicable when the target says that it lacks this. */
  requires(capability: Capability): void {
    this.#wiring.requires(capability);
  }

  /** Starts a target of the case's own; connections go there from now on. */
  async launch(config: TargetConfig = this.config): Promise<Target> {
    const target = await this.#targets.launch(config);
    this.#launched.push(target);
    this.use(target);
    return target;
  }

  /** Another shared target over the same data. */
  second(): Promise<Target> {
    return this.#targets.shared({ ...this.config, instance: 2 });
  }

  /** A configuration whose data is the case's own and stays over restarts. */
  async ownConfig(more: Partial<TargetConfig> = {}): Promise<TargetConfig> {
    const config = { ...this.config, ...more };
    return config.adapter === 'file_based'
      ? { ...config, directory: await this.#targets.directory() }
      : config;
  }

  /** Connections go to this target from now on. */
  use(target: Target): void {
    this.#target = target;
    this.#worker = undefined;
  }

  get target(): Target {
    assert(this.#target !== undefined, 'a case that launches its own targets connects after the launch');
    return this.#target;
  }

  /** Opens a worker connection. */
  async worker(path = '', target = this.target): Promise<WorkerClient> {
    await this.#live();
    const worker = await WorkerClient.open(this.#wiring, join(target.engine, path), this.#who('worker'));
    this.#workers.push(worker);
    return worker;
  }

  /** The case's own worker connection, opened at first use. */
  main(): Promise<WorkerClient> {
    this.#worker ??= this.worker();
    return this.#worker;
  }

  /** Opens a socket; `path` may hold a subscription. */
  async socket(path = '/', options: OpenOptions = {}, target = this.target): Promise<StreamClient> {
    await this.#live();
    return StreamClient.open(this.#wiring, join(target.stream, path), this.#who('client'), options);
  }

  /** The HTTP status that an upgrade is refused with. */
  async refusal(path = '/', options: OpenOptions = {}): Promise<number> {
    try {
      await this.socket(path, options);
    } catch (error) {
      if (error instanceof Refused) return error.status;
      throw error;
    }
    throw new TargetFault(`an upgrade of ${path} succeeded, expected a refusal`);
  }

  /** The HTTP status of a plain request to the stream socket's address. */
  async httpStatus(path: string): Promise<number> {
    return httpStatus(this.#wiring, join(this.target.stream, path));
  }

  /** A request to the stream socket's address. */
  http(path: string, options: HttpOptions = {}): Promise<HttpReply> {
    return httpRequest(this.#wiring, join(this.target.stream, path), options);
  }

  /** Opens a socket, joins the group (or an item of it) and takes the sync. */
  async follow(
    more: Follow = {},
    at = this.at,
  ): Promise<{ client: StreamClient; sync: StreamMessage; id: string }> {
    const client = await this.socket();
    const id = client.join({ ...address(at), ...more });
    const sync = await client.nextStream('the sync');
    assert.equal(sync.event.type, STREAM_EVENT.sync, 'the first message after a join is the sync');
    return { client, sync, id };
  }

  override async call(functionId: string, data: unknown): Promise<unknown> {
    return (await this.main()).call(functionId, data);
  }

  /** The error of a call that must fail. */
  async error(functionId: string, data: unknown): Promise<ErrorBody> {
    const { message } = await (await this.main()).reply(functionId, data);
    if (message.error) return message.error;
    throw new TargetFault(
      `${functionId} succeeded, expected an error; it answered ${JSON.stringify(message)}`,
    );
  }

  /**
   * What a client got before a custom event that is sent now. Nothing else proves an absence: whatever was caused
   * before the marker would have come before it.
   */
  async before(client: StreamClient, { id, at = this.at }: { id?: string; at?: At } = {}): Promise<Brief[]> {
    const messages = await this.messagesBefore(client, id === undefined ? { at } : { id, at });
    return messages.map(brief);
  }

  async messagesBefore(
    client: StreamClient,
    { id, at = this.at }: { id?: string; at?: At } = {},
  ): Promise<StreamMessage[]> {
    this.#markers += 1;
    const mark = `marker-${this.#markers}`;
    await this.send(mark, null, id, at);
    const messages: StreamMessage[] = [];
    for (;;) {
      const message = await client.nextStream(`the marker event ${mark}`);
      if (message.event.type === STREAM_EVENT.event && message.event.event.type === mark) return messages;
      messages.push(message);
    }
  }

  /** Work beside the case. Its failure is the case's only if the case awaits it: a case that failed already is over. */
  background<T>(work: () => Promise<T>): Promise<T> {
    const done = work();
    done.catch(() => {});
    return done;
  }

  /** Waits until the server took everything that a client sent: it answers a join only after what came before it. */
  async processed(client: StreamClient): Promise<void> {
    const groupId = this.name('barrier');
    client.join({ streamName: this.at.stream_name, groupId });
    await client.until(
      'the sync of a later join',
      (message) => 'groupId' in message && message.groupId === groupId,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await within(
      RETIRE_MS,
      this.#workers.map((worker) => worker.retire()),
    );
    this.waits.end();
    for (const connection of this.#open) connection.terminate();
    await Promise.all(this.#launched.map((target) => target.kill()));
  }

  /** A text without the case's random names. */
  stripped(text: string): string {
    return this.names.strip(text);
  }

  /** Holds up what a case that is over goes on with, for good. */
  #live(): Promise<void> {
    return this.#isOver ? new Promise(() => {}) : Promise.resolve();
  }

  #who(kind: string): string {
    return `${kind} ${this.#open.length + 1}`;
  }
}

/** A group's address, as the socket takes it. */
export const address = ({ stream_name, group_id }: At): { streamName: string; groupId: string } => ({
  streamName: stream_name,
  groupId: group_id,
});

/** Addresses of targets may end in a slash or not. */
const join = (base: string, path: string): string => `${base.replace(/\/$/, '')}${path === '' ? '/' : path}`;
