import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTION, TRIGGER_TYPE, WORKER_MESSAGE } from '../../generated/constants.js';
import { type Frame, RawWorker } from '../workers/testing/raw-worker.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const trace = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  baggage: 'tenant=42',
};

const traceOf = ({ traceparent, baggage }: Frame): Frame => ({ traceparent, baggage }) as Frame;

test('the trace of an invocation goes on to conditions, handlers, custom streams and auth calls', async () => {
  await using directory = await temporaryDirectory();
  const yaml = config(IN_MEMORY, 'auth_function: auth');
  await using server = await startServer({ yaml, directory: directory.path });
  await using worker = await RawWorker.connect(server.engineUrl);
  const own = `${FUNCTION.set}(own)`;
  const register = (id: string) => ({ type: WORKER_MESSAGE.registerFunction, id });
  const trigger = {
    type: WORKER_MESSAGE.registerTrigger,
    id: 't',
    trigger_type: TRIGGER_TYPE.stream,
    function_id: 'handler',
    config: { stream_name: 's', condition_function_id: 'condition' },
  };
  worker.send(...['handler', 'condition', 'auth', own].map(register), trigger);
  const called = async (function_id: string, result: unknown): Promise<Frame> => {
    const call = await worker.frame({ type: WORKER_MESSAGE.invokeFunction, function_id });
    const { invocation_id } = call;
    if (invocation_id !== undefined)
      worker.send({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, result });
    return traceOf(call);
  };
  const set = (stream_name: string): Frame => ({
    type: WORKER_MESSAGE.invokeFunction,
    function_id: FUNCTION.set,
    data: { stream_name, group_id: 'g', item_id: 'i', data: 1 },
    ...trace,
  });
  worker.send(set('s'), set('own'));
  assert.deepEqual(await called('condition', true), trace);
  assert.deepEqual(await called('handler', null), trace);
  assert.deepEqual(await called(own, { old_value: null, new_value: 1 }), trace);
  const opening = SocketClient.open(`${server.streamUrl}/`, { headers: trace });
  assert.deepEqual(await called('auth', {}), trace);
  await using _client = await opening;
});
