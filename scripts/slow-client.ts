import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FUNCTION, WORKER_MESSAGE } from '../generated/constants.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from '../src/e2e/testing/server.js';

// What one subscriber that never reads costs 50 that do: p99 of delivery latency, phases with and without it in turn,
// one server, one run. Usage: node --import tsx scripts/slow-client.ts [seconds per phase] [pairs]

const NORMAL = 50;
const SECONDS = Number(process.argv[2] ?? 5);
const PAIRS = Number(process.argv[3] ?? 4);
/** Writes per second; far beyond what fills the stalled socket's outbox. */
const RATE = 200;
const TEXT = 'x'.repeat(4_000);

await using directory = await temporaryDirectory();
const yaml = config(IN_MEMORY, 'limits: { slow_client_timeout_ms: 600000 }');
await using server = await startServer({ yaml, directory: directory.path });
const worker = new WebSocket(server.engineUrl);
await once(worker, 'open');
let latencies: number[] = [];
const normal = await Promise.all(
  Array.from({ length: NORMAL }, async () => {
    const socket = new WebSocket(`${server.streamUrl}/stream/s/g`);
    await once(socket, 'message');
    socket.on('message', (data) => {
      const { event } = JSON.parse(String(data)) as { event: { data: { sent: number } } };
      latencies.push(performance.now() - event.data.sent);
    });
    return socket;
  }),
);

/** One phase of steady writes; answers the p99 of its deliveries in ms. */
async function phase(): Promise<number> {
  latencies = [];
  const writes = SECONDS * RATE;
  const started = performance.now();
  for (let n = 0; n < writes; n++) {
    const data = {
      stream_name: 's',
      group_id: 'g',
      item_id: `i${n % 100}`,
      data: { sent: performance.now(), TEXT },
    };
    worker.send(JSON.stringify({ type: WORKER_MESSAGE.invokeFunction, function_id: FUNCTION.set, data }));
    const wait = started + ((n + 1) * 1_000) / RATE - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  while (latencies.length < writes * NORMAL) await new Promise((resolve) => setTimeout(resolve, 5));
  return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0;
}

await phase();
const ratios: number[] = [];
for (let pair = 0; pair < PAIRS; pair++) {
  const without = await phase();
  const stalled = new WebSocket(`${server.streamUrl}/stream/s/g`);
  await once(stalled, 'open');
  stalled.pause();
  const beside = await phase();
  stalled.terminate();
  ratios.push(beside / without);
  process.stdout.write(
    `p99 without ${without.toFixed(2)} ms, beside a stalled client ${beside.toFixed(2)} ms\n`,
  );
}
const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
process.stdout.write(`median ratio ${median.toFixed(2)}\n`);
for (const socket of normal) socket.terminate();
worker.terminate();
