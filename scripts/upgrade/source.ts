import { randomUUID } from 'node:crypto';
import { on, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { ENGINE_FUNCTION, ENGINE_PREFIX, WORKER_MESSAGE } from '../../generated/constants.js';
import { encodeInvokeFunctionMessage } from '../../generated/messages/worker.js';
import { asJson } from '../../src/wire/json-text.js';
import type { ApiReference } from '../generate/errata.js';

/** A reference, as it is to be kept. */
export interface Source {
  readonly text: string;
  readonly reference: ApiReference;
  readonly origin: string;
}

const TIMEOUT_MS = 10_000;
/** Our functions and trigger types, among all that an engine lists. */
const OURS = /^stream(:|$)/;

/** @param source a file's path, or the ws:// URL of an engine */
export async function readSource(source: string): Promise<Source> {
  if (/^wss?:\/\//.test(source)) return askEngine(source);
  const text = await readFile(source, 'utf8');
  const reference = JSON.parse(text) as ApiReference;
  if (!Array.isArray(reference.functions) || !Array.isArray(reference.triggers)) {
    throw new Error(`${source}: is no API reference: it has no functions and triggers`);
  }
  return { text, reference, origin: 'a file' };
}

type Listed = Readonly<Record<string, unknown>>;

async function askEngine(url: string): Promise<Source> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const ws = new WebSocket(url);
  const messages = on(ws, 'message', { signal, close: ['close'] });
  try {
    await once(ws, 'open', { signal });
    const { functions } = (await ask(ws, messages, ENGINE_FUNCTION.listFunctions)) as { functions: Listed[] };
    const { trigger_types } = (await ask(ws, messages, ENGINE_FUNCTION.listTriggerTypes)) as {
      trigger_types: Listed[];
    };
    const reference = referenceOf(functions, trigger_types);
    const text = `${JSON.stringify(reference, undefined, 2)}\n`;
    return { text, reference, origin: `the engine at ${new URL(url).host}` };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`${url} does not reply within ${TIMEOUT_MS} ms`, { cause: error });
  } finally {
    ws.terminate();
  }
}

/** @param messages of the socket, none of which is lost between two questions */
async function ask(
  ws: WebSocket,
  messages: AsyncIterableIterator<unknown[]>,
  functionId: string,
): Promise<unknown> {
  const id = randomUUID();
  ws.send(
    encodeInvokeFunctionMessage({
      function_id: functionId,
      invocation_id: id,
      action: undefined,
      data: asJson('{}'),
      metadata: undefined,
      observe_depth: undefined,
      activation: undefined,
      traceparent: undefined,
      baggage: undefined,
    }),
  );
  for (;;) {
    const { value, done } = await messages.next();
    if (done === true) throw new Error(`the engine closed the connection before it replied to ${functionId}`);
    const message = JSON.parse(String((value as unknown[])[0])) as Listed;
    if (message.type !== WORKER_MESSAGE.invocationResult || message.invocation_id !== id) continue;
    if (message.error) throw new Error(`${functionId} failed: ${JSON.stringify(message.error)}`);
    return message.result;
  }
}

function referenceOf(functions: readonly Listed[], triggers: readonly Listed[]): ApiReference {
  const own = (name: unknown): name is string =>
    typeof name === 'string' &&
    OURS.test(name) &&
    !name.startsWith(ENGINE_PREFIX.internal) &&
    !name.includes('(');
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    functions: functions
      .filter(({ function_id }) => own(function_id))
      .map((entry) => ({
        name: String(entry.function_id),
        description: entry.description as string | null,
        metadata: entry.metadata as object | null,
        request_schema: entry.request_format as never,
        response_schema: entry.response_format as never,
      }))
      .sort(byName),
    triggers: triggers
      .filter(({ id }) => own(id))
      .map((entry) => ({
        name: String(entry.id),
        description: entry.description as string | null,
        invocation_schema: entry.trigger_request_format as never,
        return_schema: entry.call_request_format as never,
      }))
      .sort(byName),
  };
}
