import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogFs, nodeFs } from './fs.js';
import { DescriptorReserve } from './reserve.js';

/** A file system whose next calls find no descriptor. */
function short(calls: number): LogFs {
  let left = calls;
  return {
    ...nodeFs,
    readdir: async () => {
      if (left === 0) return ['a'];
      left -= 1;
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    },
  };
}

test('a call that finds no descriptor gets one of the reserve, as long as it lasts; then it fails', async () => {
  let told = 0;
  using reserve = new DescriptorReserve(() => {
    told += 1;
  });
  assert.deepEqual(await reserve.over(short(0)).readdir(''), ['a']);
  assert.equal(told, 0);
  assert.deepEqual(await reserve.over(short(2)).readdir(''), ['a']);
  assert.equal(told, 2);
  await assert.rejects(reserve.over(short(10)).readdir(''), { code: 'EMFILE' });
});

test('any other error is passed on at once', async () => {
  using reserve = new DescriptorReserve(() => assert.fail('not short'));
  await assert.rejects(reserve.over(nodeFs).open('/nowhere/at/all', 'r'), { code: 'ENOENT' });
});
