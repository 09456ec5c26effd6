import { config, IN_MEMORY, startServer, temporaryDirectory } from '../../src/e2e/testing/server.js';
import { FakeEngine } from '../../src/workers/testing/fake-engine.js';
import type { Place } from './trial.js';

/** Where SDKs are tried: our own endpoint, and as a worker of what behaves like these engines. */
export const PLACES = ['standalone', 'attached 0.11.6', 'attached 0.23'] as const;
export type PlaceName = (typeof PLACES)[number];

/** Milliseconds between two looks of an engine at which functions there are. */
const TICK_MS = 5_000;

/** Starts a server, with the engine that it is a worker of, for as long as `use` takes. */
export async function inPlace<T>(name: PlaceName, use: (place: Place) => Promise<T>): Promise<T> {
  await using directory = await temporaryDirectory();
  const start = { yaml: config(IN_MEMORY), directory: directory.path };
  if (name === 'standalone') {
    await using server = await startServer(start);
    return await use(server);
  }
  await using engine = await FakeEngine.start({ like: name === 'attached 0.23' ? '0.23' : '0.11.6' });
  const ticks = setInterval(() => engine.tick(), TICK_MS);
  try {
    await using server = await startServer({ ...start, args: ['--engine', engine.url] });
    return await use({ engineUrl: engine.url, streamUrl: server.streamUrl });
  } finally {
    clearInterval(ticks);
  }
}
