import assert from 'node:assert/strict';
import { define } from '../../runner/case.js';
import { check, type Vector, vectorsOf } from '../update/vectors.js';

const newer = define('update', 'documented-0.23');
const FIELDS_OF_OTHER_VALUES = 'append-of-fields-of-other-values';

/** Below a root of null, and nowhere else, 0.23 tells the path as the list of segments that it is (D71). */
const inBrackets = ({ before }: Vector, message: string): string =>
  before === null ? message.replace(/'\[(\w+)\]'/, "'$1'") : message;

export const newerUpdateCases = [
  newer('append-takes-a-path-of-segments', async (t) => {
    const ops = [
      { type: 'append', path: ['a', 'b'], value: 1 },
      { type: 'append', path: ['a', 'b'], value: 2 },
    ];
    assert.deepEqual((await t.update('a', ops)).new_value, { a: { b: [1, 2] } });
  }),
  newer('a-dot-in-a-segment-of-append-is-a-dot', async (t) => {
    const { new_value } = await t.update('a', [{ type: 'append', path: ['a.b'], value: 1 }]);
    assert.deepEqual(new_value, { 'a.b': [1] });
  }),
  newer('append-without-a-path-appends-to-the-root', async (t) => {
    await t.set('a', [1]);
    assert.deepEqual((await t.update('a', [{ type: 'append', value: 2 }])).new_value, [1, 2]);
  }),
  {
    ...newer(`vectors-${FIELDS_OF_OTHER_VALUES}-in-brackets`, async (t) => {
      for (const vector of vectorsOf(FIELDS_OF_OTHER_VALUES)) await check(t, vector, inBrackets);
    }),
    replaces: `update/vectors-${FIELDS_OF_OTHER_VALUES}`,
  },
];
