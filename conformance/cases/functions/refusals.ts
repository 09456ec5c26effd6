import assert from 'node:assert/strict';
import { ERROR_CODE, FUNCTION } from '../../../generated/constants.js';
import { area, type Case } from '../../runner/case.js';

const { documented, strict } = area('functions');
type Key = keyof typeof FUNCTION;

/** A good input of each function that needs one. */
const INPUTS: Readonly<Partial<Record<Key, Readonly<Record<string, unknown>>>>> = {
  set: { stream_name: 's', group_id: 'g', item_id: 'i', data: 1 },
  get: { stream_name: 's', group_id: 'g', item_id: 'i' },
  delete: { stream_name: 's', group_id: 'g', item_id: 'i' },
  list: { stream_name: 's', group_id: 'g' },
  listGroups: { stream_name: 's' },
  send: { stream_name: 's', group_id: 'g', type: 't', data: 1 },
  update: { stream_name: 's', group_id: 'g', item_id: 'i', ops: [] },
};

const claim = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const perFunction = (Object.keys(INPUTS) as Key[]).flatMap((key): Case[] => {
  const input = INPUTS[key] ?? {};
  return [
    documented(
      `${claim(key)}-without-a-required-field-fails`,
      async (t) => {
        for (const field of Object.keys(input)) {
          const { [field]: _left, ...rest } = input;
          await t.error(FUNCTION[key], rest);
        }
      },
      { about: 'errors for inputs that lack a required field' },
    ),
    strict(`${claim(key)}-names-the-field-that-is-missing`, async (t) => {
      for (const field of Object.keys(input)) {
        const { [field]: _left, ...rest } = input;
        const { code, message } = await t.error(FUNCTION[key], rest);
        assert.equal(code, ERROR_CODE[key]);
        assert(message.includes(field), `expected "${message}" to name ${field}`);
      }
    }),
    strict(`${claim(key)}-refuses-names-that-are-no-strings`, async (t) => {
      for (const field of Object.keys(input).filter((name) => name !== 'data')) {
        for (const value of [7, null, { a: 1 }, true]) {
          const { code, message } = await t.error(FUNCTION[key], { ...input, [field]: value });
          assert.equal(code, ERROR_CODE[key]);
          assert(message.includes(field), `expected "${message}" to name ${field}`);
        }
      }
    }),
    strict(`${claim(key)}-refuses-empty-names`, async (t) => {
      const names = Object.keys(input).filter((name) => /_(name|id)$/.test(name));
      for (const field of names) {
        const { code, message } = await t.error(FUNCTION[key], { ...input, [field]: '' });
        assert.equal(code, ERROR_CODE[key]);
        assert(message.includes(field), `expected "${message}" to name ${field}`);
      }
    }),
  ];
});

export const refusalCases = [
  ...perFunction,
  strict('an-input-that-is-no-object-is-refused', async (t) => {
    for (const input of ['text', 7, null, [1]]) {
      assert.equal((await t.error(FUNCTION.set, input)).code, ERROR_CODE.set);
    }
  }),
  strict('a-refused-set-changes-nothing', async (t) => {
    await t.set('a', 1);
    await t.error(FUNCTION.set, { ...t.at, item_id: 'a' });
    assert.equal(await t.get('a'), 1);
    assert.deepEqual(await t.list(), [1]);
  }),
];
