import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { readAsset } from '../../asset.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import { parseExactly } from '../../wire/exact-numbers.js';

/** A test vector of exact numbers; its fields are explained beside the file. */
interface Vector {
  readonly name: string;
  readonly before?: string;
  readonly ops: string;
  readonly after: string;
  readonly errors?: readonly { readonly op_index: number; readonly code: string }[];
}

/** Calls with text that is no value of this program, and reads the result so. */
async function call(t: Context, functionId: string, item: string, fields: string): Promise<unknown> {
  const worker = await t.main();
  const id = randomUUID();
  const address = JSON.stringify({ ...t.at, item_id: item }).slice(0, -1);
  const type = JSON.stringify(WORKER_MESSAGE.invokeFunction);
  worker.sendText(
    `{"type":${type},"invocation_id":"${id}","function_id":"${functionId}","data":${address}${fields}}}`,
  );
  const { message, text } = await worker.answerTo(id, functionId);
  assert(!message.error, `${functionId} failed: ${text}`);
  return (parseExactly(text) as { readonly result: unknown }).result;
}

async function check(t: Context, { name, before, ops, after, errors = [] }: Vector): Promise<void> {
  if (before !== undefined) await call(t, FUNCTION.set, name, `,"data":${before}`);
  const expected = parseExactly(after);
  const result = (await call(t, FUNCTION.update, name, `,"ops":${ops}`)) as Record<string, unknown>;
  assert.deepEqual(result.new_value, expected, `${name}: new_value`);
  const codes = (result.errors as { code: string }[] | undefined)?.map(({ code }) => code) ?? [];
  assert.deepEqual(
    codes,
    errors.map(({ code }) => code),
    `${name}: errors`,
  );
  assert.deepEqual(await call(t, FUNCTION.get, name, ''), expected, `${name}: stored`);
}

const vectors = readAsset<Vector[]>('spec/vectors/exact-updates.json');
const areas = [...new Set(vectors.map(({ name }) => name.split('/')[0]))];

export const exactUpdateCases = areas.map((name) =>
  area('update').strict(`exact-numbers-${name}`, async (t) => {
    for (const vector of vectors) if (vector.name.startsWith(`${name}/`)) await check(t, vector);
  }),
);
