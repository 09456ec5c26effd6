import { startEngine } from './testing/engine.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';
import { endToEndSuite, type Place } from './testing/suite.js';

async function open(engineUrl?: string): Promise<Place> {
  const directory = await temporaryDirectory();
  const args = engineUrl === undefined ? [] : ['--engine', engineUrl];
  const server = await startServer({ yaml: config(IN_MEMORY), args, directory: directory.path });
  return {
    engineUrl: engineUrl ?? server.engineUrl,
    streamUrl: server.streamUrl,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

endToEndSuite('standalone', () => open());

endToEndSuite('attached', async () => {
  const engine = await startEngine();
  const place = await open(engine.url);
  return {
    ...place,
    [Symbol.asyncDispose]: async () => {
      await place[Symbol.asyncDispose]();
      await engine.kill();
    },
  };
});

// Any engine: `III_TEST_ENGINE_URL=ws://127.0.0.1:49134 npm test -- modes`.
const given = process.env.III_TEST_ENGINE_URL;
if (given !== undefined) endToEndSuite(`attached to ${given}`, () => open(given));
