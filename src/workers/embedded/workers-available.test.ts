import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawWorker } from '../testing/raw-worker.js';
import { startEmbedded } from '../testing/start.js';

test('whoever asks is told at once of workers that come, announce themselves and go', async () => {
  await using engine = await startEmbedded();
  await using watcher = await RawWorker.connect(engine.url);
  const type = 'engine::workers-available';
  watcher.send(
    { type: 'registerfunction', id: 'seen' },
    { type: 'registertrigger', id: 't', trigger_type: type, function_id: 'seen', config: {} },
  );
  await watcher.settled();
  const worker = await RawWorker.connect(engine.url);
  const { worker_id } = await worker.frame({ type: 'workerregistered' });
  worker.send({ type: 'invokefunction', function_id: 'engine::workers::register', data: { name: 'w' } });
  await worker.settled();
  await worker[Symbol.asyncDispose]();
  await watcher.settled();
  assert.deepEqual(
    watcher.frames.filter(({ function_id }) => function_id === 'seen').map(({ data }) => data),
    ['worker_connected', 'worker_metadata_updated', 'worker_disconnected'].map((event) => ({
      event,
      worker_id,
    })),
  );
});
