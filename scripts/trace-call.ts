import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { FUNCTION, SOCKET_MESSAGE, WORKER_MESSAGE } from '../generated/constants.js';
import { build, ROOT } from '../src/bench/targets/build.js';
import { config, FILE_BASED, IN_MEMORY, startServer, temporaryDirectory } from '../src/e2e/testing/server.js';

// Which source files and named functions of the built server one `stream::set` enters, from the worker's socket to the
// reply and one subscriber: V8's precise coverage of that one call, of the calmest of several.
// Usage: node --import tsx scripts/trace-call.ts [--main dist/src/cli/main.js] [--list]

const WARM_UP = 500;
const ROUNDS = 15;
/** Milliseconds of silence around the call. */
const SILENCE = 50;

const { values } = parseArgs({ options: { main: { type: 'string' }, list: { type: 'boolean' } } });
const main = resolve(values.main ?? (await build(join(ROOT, 'bench-results'))));

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { functionName: string; ranges: readonly { count: number }[] }[];
  }[];
}

/** The server's inspector. */
class Inspector {
  readonly #socket: WebSocket;
  #id = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  async call<T>(method: string, params: object = {}): Promise<T> {
    this.#id += 1;
    const id = this.#id;
    const reply = new Promise<T>((resolve) => {
      const read = (data: unknown): void => {
        const message = JSON.parse(String(data)) as { id?: number; result: T };
        if (message.id !== id) return;
        this.#socket.off('message', read);
        resolve(message.result);
      };
      this.#socket.on('message', read);
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
    return reply;
  }

  /** Calls per named function, by file, since it was last asked. */
  async take(): Promise<Map<string, Map<string, number>>> {
    const { result } = await this.call<Coverage>('Profiler.takePreciseCoverage');
    const files = new Map<string, Map<string, number>>();
    for (const { url, functions } of result) {
      const file = /\/((?:src|generated)\/(?!.*node_modules).*)\.[jt]s$/.exec(url)?.[1];
      if (file === undefined) continue;
      const calls = new Map<string, number>();
      for (const { functionName, ranges } of functions) {
        const count = ranges[0]?.count ?? 0;
        if (count > 0) calls.set(functionName, (calls.get(functionName) ?? 0) + count);
      }
      if (calls.size > 0) files.set(file, calls);
    }
    return files;
  }
}

async function trace(adapter: string): Promise<Map<string, Map<string, number>>> {
  await using store = await temporaryDirectory();
  const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
  await using server = await startServer({ yaml: config(adapter), directory: store.path, main, env });
  const address = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(server.log())?.[0];
  if (address === undefined) throw new Error(`no inspector: ${server.log()}`);
  const socket = new WebSocket(address);
  const worker = new WebSocket(server.engineUrl);
  const subscriber = new WebSocket(`${server.streamUrl}/stream/s/g`);
  await Promise.all([once(socket, 'open'), once(worker, 'message'), once(subscriber, 'message')]);
  const set = async (n: number): Promise<void> => {
    const told = once(subscriber, 'message');
    const replied = once(worker, 'message');
    const data = { stream_name: 's', group_id: 'g', item_id: 'i', data: { id: 'i', n } };
    const call = { invocation_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` };
    worker.send(
      JSON.stringify({ type: WORKER_MESSAGE.invokeFunction, ...call, function_id: FUNCTION.set, data }),
    );
    const [[message], [reply]] = await Promise.all([told, replied]);
    const isWhole =
      String(message).includes(`"type":"${SOCKET_MESSAGE.stream}"`) && String(reply).includes('new_value');
    if (!isWhole) throw new Error(`not a set: ${String(message)} ${String(reply)}`);
  };
  const inspector = new Inspector(socket);
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  for (let n = 0; n < WARM_UP; n += 1) await set(n);
  let calmest: Map<string, Map<string, number>> | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    await wait(SILENCE);
    await inspector.take();
    await set(WARM_UP + round);
    await wait(SILENCE);
    const files = await inspector.take();
    if (calmest === undefined || sum(files) < sum(calmest)) calmest = files;
  }
  worker.close();
  subscriber.close();
  socket.close();
  return calmest ?? new Map();
}

const named = (calls: ReadonlyMap<string, number>): [string, number][] =>
  [...calls].filter(([name]) => name !== '');
const sum = (files: ReadonlyMap<string, ReadonlyMap<string, number>>): number =>
  [...files.values()].flatMap(named).reduce((total, [, count]) => total + count, 0);

for (const [name, adapter] of [
  ['durable set', FILE_BASED],
  ['set in memory', IN_MEMORY],
] as const) {
  const files = await trace(adapter);
  const functions = [...files.values()].flatMap(named).length;
  console.log(`${name}: ${files.size} files, ${functions} named functions, ${sum(files)} calls of them`);
  if (values.list !== true) continue;
  for (const [file, calls] of [...files].sort()) {
    console.log(
      `  ${file}: ${named(calls)
        .map(([fn, n]) => (n === 1 ? fn : `${fn} ×${n}`))
        .join(', ')}`,
    );
  }
}
