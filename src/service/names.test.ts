import assert from 'node:assert/strict';
import { test } from 'node:test';
import { item, open } from './testing/open.js';

test('names that paths lose are not written; what is there already can be read and removed', async () => {
  const { call } = await open();
  for (const name of ['.', '..']) {
    for (const field of ['stream_name', 'group_id', 'item_id']) {
      const refused = {
        code: 'STREAM_SET_ERROR',
        message: new RegExp(`^invalid_input: ${field}: must not be`),
      };
      await assert.rejects(call('stream::set', { ...item, [field]: name, data: 1 }), refused);
    }
    await assert.rejects(call('stream::update', { ...item, item_id: name, ops: [] }), /must not be/);
    const writes = [{ item_id: name, type: 'set', data: 1 }];
    await assert.rejects(
      call('stream::transact', { stream_name: 's', group_id: 'g', writes }),
      /item_id: must not be/,
    );
    assert.equal(await call('stream::get', { ...item, item_id: name }), undefined);
    assert.deepEqual(await call('stream::delete', { ...item, item_id: name }), { old_value: null });
  }
  await call('stream::set', { ...item, item_id: '...', data: 1 });
});
