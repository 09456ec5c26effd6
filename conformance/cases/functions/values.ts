import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';

const { documented, strict } = area('functions');

async function survives(t: Context, value: unknown): Promise<void> {
  const { new_value } = await t.set('a', value);
  assert.deepEqual(new_value, value, 'new_value');
  assert.deepEqual(asRead(t, await t.get('a')), value, 'get');
  assert.deepEqual(await t.list(), [value], 'list');
}

/** What a get answered. An engine between takes null for no result: what was null is not told from what is missing. */
export const asRead = (t: Context, value: unknown): unknown => (t.isAttached ? (value ?? null) : value);

/** Sets JSON that a double cannot hold, and returns the text of the answer of a get. */
async function textOf(t: Context, json: string): Promise<string> {
  const worker = await t.main();
  const id = randomUUID();
  const data = JSON.stringify({ ...t.at, item_id: 'a' }).slice(0, -1);
  worker.sendText(
    `{"type":${JSON.stringify(WORKER_MESSAGE.invokeFunction)},"invocation_id":"${id}","function_id":"${FUNCTION.set}","data":${data},"data":${json}}}`,
  );
  const { message } = await worker.answerTo(id, FUNCTION.set);
  if (message.error) return 'refused';
  return (await worker.reply(FUNCTION.get, { ...t.at, item_id: 'a' })).text;
}

export const valueCases = [
  documented('values-may-be-strings', (t) => survives(t, 'text')),
  documented('values-may-be-empty-strings', (t) => survives(t, '')),
  documented('values-may-be-numbers', (t) => survives(t, -12.5)),
  documented('values-may-be-booleans', (t) => survives(t, false)),
  documented('values-may-be-arrays', (t) => survives(t, [1, 'two', [3], null])),
  documented('values-may-be-objects', (t) => survives(t, { a: { b: { c: [true] } }, d: null })),
  documented('empty-containers-stay-what-they-are', (t) => survives(t, { array: [], object: {} })),
  documented('unicode-survives', (t) => survives(t, { text: 'é 你好 🙂   \u0000 "\\' })),
  documented('integers-up-to-2-53-survive', (t) => survives(t, [9007199254740991, -9007199254740991])),
  documented('floats-and-exponents-survive', (t) => survives(t, [1e21, 1e-7, 0.1, 1.7976931348623157e308])),
  documented('large-values-survive', (t) => survives(t, { text: 'x'.repeat(256 * 1024) })),
  documented('objects-with-many-keys-survive', (t) =>
    survives(t, Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key-${i}`, i]))),
  ),
  documented('nested-values-survive', (t) =>
    survives(t, JSON.parse(`${'{"a":['.repeat(25)}1${']}'.repeat(25)}`)),
  ),
  strict('keys-with-a-meaning-in-javascript-are-data', (t) =>
    survives(t, JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":3,"hasOwnProperty":4}')),
  ),
  strict('null-is-a-value', async (t) => {
    await survives(t, null);
    assert.deepEqual(await t.listGroups(), [t.at.group_id], 'an item whose value is null is there');
  }),
  strict('numbers-past-2-53-are-exact-or-refused', async (t) => {
    const text = await textOf(t, '9007199254740993');
    assert(text === 'refused' || text.includes('9007199254740993'), `the number came back as ${text}`);
  }),
];
