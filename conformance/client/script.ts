import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { JoinData } from '../../generated/socket.js';
import { ClientProcess, type Printed } from './client-process.js';
import { Model } from './model.js';
import { ScriptedServer, sendTo } from './server.js';

/** One claim about a client. */
export interface ClientCase {
  /** `area/kebab-case-claim` */
  readonly id: string;
  readonly run: (t: Script) => Promise<void>;
  /** The item that is followed; absent: the group. */
  readonly item?: string | undefined;
}

/** Milliseconds of silence that end a script. */
const SILENCE = 8_000;
const AT = { streamName: 'stream', groupId: 'a group' };

/** One client, and the server that it talks to. */
export class Script implements AsyncDisposable {
  readonly model = new Model(AT);
  readonly server: ScriptedServer;
  readonly #client: ClientProcess;
  readonly #silence: number;

  private constructor(server: ScriptedServer, client: ClientProcess, patience: number) {
    this.server = server;
    this.#client = client;
    this.#silence = SILENCE * patience;
    this.serve();
  }

  /** Starts the server and the client, which is not answered before the script says so. */
  static async start(command: string, { item }: ClientCase, patience: number): Promise<Script> {
    const server = new ScriptedServer();
    await server.up();
    const client = new ClientProcess(command, { url: server.url, ...AT, id: item });
    return new Script(server, client, patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }

  /** Answers joins as a server does. */
  serve(): void {
    this.server.onJoin = (join, socket) => sendTo(socket, ...this.model.answer(join));
  }

  /** Answers the next join with what `answer` returns, and those after it as a server does. */
  once(answer: (join: JoinData) => readonly (object | string)[]): void {
    this.server.onJoin = (join, socket) => {
      this.serve();
      sendTo(socket, ...answer(join));
    };
  }

  /** Changes items and tells the client: `a` sets it, `-a` deletes it. */
  write(...ids: readonly string[]): void {
    this.server.send(...this.change(...ids));
  }

  /** Changes items and tells nobody; returns the messages. */
  change(...ids: readonly string[]): object[] {
    return ids.map((id) => (id.startsWith('-') ? this.model.delete(id.slice(1)) : this.model.set(id)));
  }

  /** The client shows the group with these items, and is live. */
  async begin(...ids: readonly string[]): Promise<void> {
    this.change(...ids);
    await this.shows();
  }

  /** Resolves when the client shows what the model holds. */
  async shows(wanted = this.model.shown): Promise<void> {
    await this.until(`it shows [${wanted}]`, () => shownBy(this.last) === wanted);
  }

  /** Resolves when the client has joined `count` times in all; returns the last of these joins. */
  async joined(count: number): Promise<JoinData> {
    await this.until(`join ${count}`, () => this.server.joins.length >= count);
    return this.server.joins[count - 1] as JoinData;
  }

  /** What the client shows. */
  get last(): Printed | undefined {
    return this.views.at(-1);
  }

  /** Everything that it has shown. */
  get views(): readonly Printed[] {
    return this.#client.lines.filter(({ items }) => items !== undefined);
  }

  get events(): readonly NonNullable<Printed['event']>[] {
    return this.#client.lines.flatMap(({ event }) => (event === undefined ? [] : [event]));
  }

  get status(): string | undefined {
    return this.#client.lines.findLast(({ status }) => status !== undefined)?.status;
  }

  /** Waits; fails when nothing happens for a while, with what the client did instead. */
  async until(what: string, holds: () => boolean): Promise<void> {
    while (!holds()) {
      const over = new AbortController();
      const { signal } = over;
      // A timer of our own: the collector may take a timeout signal that only `AbortSignal.any` refers to.
      const timer = setTimeout(() => over.abort(), this.#silence);
      await Promise.race([
        once(this.#client, 'change', { signal }),
        once(this.server, 'change', { signal }),
      ]).catch(() => assert.fail(`${what}: never; ${this.#report()}`));
      clearTimeout(timer);
      over.abort();
      if (this.#client.fault !== undefined) assert.fail(`${this.#client.fault}; ${this.#client.stderr}`);
    }
  }

  /** For what must not happen: nothing could prove it but time. */
  async quiet(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** The claims that hold at the end of every script. */
  check(): void {
    assert.deepEqual(this.server.faults, [], 'every message of the client is one of the protocol');
  }

  #report(): string {
    const shown = this.views.slice(-5).map((view) => `[${shownBy(view)}]`);
    const joins = this.server.joins.map(({ since }) => (since ? `since ${since.seq}` : 'join'));
    return `it showed ${shown.join(' ') || 'nothing'}, said ${joins.join(', ') || 'nothing'} ${this.#client.stderr}`;
  }
}

/** A view as `id@rev …`, where data is what the model made. */
export const shownBy = (view: Printed | undefined): string =>
  view?.items?.map(({ id, data }) => `${id}@${(data as { n?: unknown } | null)?.n}`).join(' ') ??
  'nothing yet';
