import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MessageLimits, readClientMessages } from './client-message.js';

const readClientMessage = (data: string | Buffer, limits: MessageLimits) =>
  readClientMessages(data, limits)[0]!;
const LIMITS = { max_name_bytes: 16, max_depth: 8 };
const data = { subscriptionId: 'sub', streamName: 's', groupId: 'g' };
const join = (more: object): string => JSON.stringify({ type: 'join', data: { ...data, ...more } });

test('a text and the same bytes mean the same; unknown fields are ignored', () => {
  const text = join({ id: 'i', since: { epoch: 'e', seq: 3 }, items: true, ack: false, extra: [1] });
  const reading = readClientMessage(text, LIMITS);
  assert.deepEqual(reading.message, JSON.parse(text));
  assert.deepEqual(readClientMessage(Buffer.from(text), LIMITS), reading);
});

test('each kind of bad message has its code, names what is wrong and the subscription where it is known', () => {
  const table: [string | Buffer, string, RegExp, string?][] = [
    ['', 'invalid_message', /not JSON/],
    ['{"type":"join"', 'invalid_message', /not JSON/],
    [Buffer.from([0xff, 0xfe]), 'invalid_message', /not UTF-8/],
    ['null', 'invalid_message', /object/],
    ['[]', 'invalid_message', /object/],
    ['"join"', 'invalid_message', /object/],
    ['{}', 'invalid_message', /type/],
    ['{"type":7}', 'invalid_message', /type/],
    ['{"type":"subscribe","data":{}}', 'invalid_message', /type/],
    ['{"type":"stream","data":{}}', 'invalid_message', /type/],
    ['{"type":"join"}', 'invalid_message', /data/],
    ['{"type":"join","data":null}', 'invalid_message', /data/],
    ['{"type":"join","data":[]}', 'invalid_message', /data/],
    ['{"type":"leave","data":{}}', 'invalid_message', /subscriptionId/],
    ['{"type":"join","data":{"subscriptionId":"sub","streamName":"s"}}', 'invalid_message', /groupId/, 'sub'],
    [join({ streamName: 7 }), 'invalid_message', /streamName/, 'sub'],
    [join({ id: 7 }), 'invalid_message', /id/, 'sub'],
    [join({ since: 'e:1' }), 'invalid_message', /since/, 'sub'],
    [join({ since: { epoch: 'e', seq: -1 } }), 'invalid_message', /seq/, 'sub'],
    [join({ since: { epoch: 'e', seq: 1.5 } }), 'invalid_message', /seq/, 'sub'],
    [join({ items: 1 }), 'invalid_message', /items/, 'sub'],
    [join({ ops: 1 }), 'invalid_message', /ops/, 'sub'],
    [join({ ops: 'true' }), 'invalid_message', /ops/, 'sub'],
    [join({ ops: null }), 'invalid_message', /ops/, 'sub'],
    [
      '{"type":"join","data":{"__proto__":{"subscriptionId":"x","streamName":"s","groupId":"g"}}}',
      'invalid_message',
      /required/,
    ],
    [join({ extra: [[[[[[[[]]]]]]]] }), 'message_too_deep', /8/],
    ['['.repeat(100_000), 'message_too_deep', /8/],
    [join({ subscriptionId: '' }), 'empty_name', /subscriptionId/, ''],
    [join({ streamName: '' }), 'empty_name', /streamName/, 'sub'],
    [join({ groupId: '' }), 'empty_name', /groupId/, 'sub'],
    [join({ id: '' }), 'empty_name', /id/, 'sub'],
    [join({ id: '\ud800' }), 'empty_name', /id/, 'sub'],
    [join({ groupId: 'x'.repeat(17) }), 'name_too_long', /groupId.*17/, 'sub'],
    [join({ streamName: '☃'.repeat(6) }), 'name_too_long', /streamName.*18/, 'sub'],
    [join({ subscriptionId: 'x'.repeat(17) }), 'name_too_long', /subscriptionId/],
  ];
  for (const [input, code, sentence, subscriptionId] of table) {
    const { error } = readClientMessage(input, LIMITS);
    assert.equal(error?.code, code, String(input).slice(0, 100));
    assert.match(error!.message, sentence, String(input).slice(0, 100));
    assert.equal(error!.subscriptionId, subscriptionId, String(input).slice(0, 100));
  }
});

test('names at their limit pass; a null id means the group', () => {
  assert.equal(readClientMessage(join({ groupId: 'x'.repeat(16), id: null }), LIMITS).error, undefined);
});
