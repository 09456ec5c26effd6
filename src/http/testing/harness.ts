import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { FUNCTION } from '../../../generated/constants.js';
import { LiveConfig } from '../../config/index.js';
import { jsonOf } from '../../domain/json-text.js';
import { Payload } from '../../domain/payload.js';
import type { ServiceConfig } from '../../service/function-context.js';
import { Service } from '../../service/service.js';
import { FakeFunctions } from '../../service/testing/fake-functions.js';
import { encodeMessages } from '../../socket/encoder.js';
import { newCounters } from '../../socket/runtime.js';
import { StreamListener } from '../../socket/stream-listener.js';
import { FakeLogger, LIMITS } from '../../socket/testing/harness.js';
import { LocalStore } from '../../store/local/local-store.js';
import { encodeEvents, encodeSignals } from '../event-encoder.js';
import { HttpDoor } from '../http-door.js';
import type { HttpConfig } from '../runtime.js';

interface Change extends Partial<Omit<HttpConfig, 'limits'>> {
  readonly limits?: Partial<HttpConfig['limits']>;
}

const configOf = ({ limits, ...change }: Change): HttpConfig & ServiceConfig =>
  ({
    http: { reads_guarded: 'refuse' },
    streams: {},
    presence: { grace_ms: 30, lease_ms: 10_000 },
    ...change,
    limits: { ...LIMITS, ...limits },
  }) as HttpConfig & ServiceConfig;

/** A stream port over a store in memory, that ends with the test. */
export async function start(t: TestContext, change: Change = {}) {
  const store = await LocalStore.open({
    tombstones: { maxPerGroup: 10, maxAgeMs: 1e9 },
    maxQueuedBytes: 1e9,
  });
  const functions = new FakeFunctions();
  const config = new LiveConfig(configOf(change));
  const logger = new FakeLogger();
  const counters = newCounters();
  const encoders = { ws: encodeMessages, sse: encodeEvents, poll: encodeSignals };
  const service = new Service({ store, functions, encoders, config, logger });
  let ready = true;
  const shared = { config, service: service.subscriptions, logger, counters };
  const server = new StreamListener({
    host: '127.0.0.1',
    port: 0,
    ...shared,
    closeGraceMs: 500,
    requests: (admission) =>
      new HttpDoor({ ...shared, reads: service.reads, admission, isReady: () => ready }),
  });
  const { port } = await server.listen();
  t.after(async () => {
    await server.close();
    service.close();
    await store[Symbol.asyncDispose]();
  });
  const call = (id: string, payload: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      service.call(id, new Payload(jsonOf(payload)), undefined, (failure, result) => {
        if (failure !== undefined) reject(new Error(failure.message));
        else resolve(result === undefined ? undefined : JSON.parse(result));
      });
    });
  const set = (item_id: string, data: unknown, group_id = 'g') =>
    call(FUNCTION.set, { stream_name: 's', group_id, item_id, data });
  return {
    server,
    service,
    functions,
    logger,
    counters,
    port,
    url: `http://127.0.0.1:${port}`,
    setReady: (is: boolean) => {
      ready = is;
    },
    configure: (next: Change) => config.apply(configOf(next)),
    call,
    set,
    remove: (item_id: string) => call(FUNCTION.delete, { stream_name: 's', group_id: 'g', item_id }),
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly json: any;
}

/** One request on a connection of its own. */
export async function ask(
  url: string,
  { method = 'GET', body, ...headers }: OutgoingHttpHeaders & { method?: string; body?: string } = {},
): Promise<Reply> {
  const request = httpRequest(url, { method, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  const isJson = response.headers['content-type']?.startsWith('application/json') && text !== '';
  const { statusCode: status = 0, headers: got } = response;
  return { status, headers: got, text, json: isJson ? JSON.parse(text) : undefined };
}

/** A reply that goes on until the test ends. */
export async function openReply(
  t: TestContext,
  url: string,
  headers: OutgoingHttpHeaders = {},
): Promise<IncomingMessage> {
  const request = httpRequest(url, { agent: false, headers });
  request.on('error', () => {});
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  t.after(() => request.destroy());
  return response;
}

export interface ServerEvent {
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly data: any;
}

/** A reader of an event stream, as the standard has it. */
export class Events {
  readonly response: IncomingMessage;
  /** The last id that came. */
  lastId = '';
  comments = 0;
  retry: number | undefined;
  readonly #chunks: AsyncIterator<string>;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    this.#chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
  }

  static async open(t: TestContext, url: string, headers: OutgoingHttpHeaders = {}): Promise<Events> {
    return new Events(await openReply(t, url, { Accept: 'text/event-stream', ...headers }));
  }

  /** The next event; undefined at the end. */
  async next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await this.#chunks.next();
        if (done) return undefined;
        this.#rest += value;
        continue;
      }
      const block = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
      const data: string[] = [];
      let id: string | undefined;
      for (const line of block.split('\n')) {
        if (line.startsWith(':')) this.comments += 1;
        else if (line.startsWith('retry: ')) this.retry = Number(line.slice(7));
        else if (line.startsWith('id: ')) id = line.slice(4);
        else if (line.startsWith('data: ')) data.push(line.slice(6));
      }
      if (id !== undefined) this.lastId = id;
      if (data.length > 0) return { id, data: JSON.parse(data.join('\n')) };
    }
  }
}
