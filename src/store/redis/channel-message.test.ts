import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonText } from '../../../generated/json-text.js';
import type { Change } from '../../domain/change.js';
import { renderChange, renderEvent } from '../../domain/message.js';
import { addressPart, eventBody, idPart, PARTS, parseSequenced } from './channel-message.js';
import { parseUnsequenced } from './foreign-message.js';

const change = (over: Partial<Change>): Change => ({
  stream: 'chat',
  group: 'room',
  item: 'a',
  kind: 'update',
  seq: 7,
  epoch: '0123456789abcdef',
  timestamp: 1_700_000_000_000,
  value: '{"n":12345678901234567890}' as JsonText,
  old: undefined,
  ...over,
});

const SAMPLES = [
  change({}),
  change({ kind: 'create', value: '"},\\"seq\\":1,\\"epoch\\":\\"0\\"}"' as JsonText }),
  change({
    kind: 'delete',
    stream: '"\\',
    group: '"id":"x"',
    item: 'é\u0000\n',
    value: '[1.0,1e400]' as JsonText,
  }),
  change({ seq: Number.MAX_SAFE_INTEGER, value: '{ "a" : {} }' as JsonText }),
];

test('the parts that the script joins make the socket message', () => {
  for (const one of SAMPLES) {
    const { timestamp, kind, value, seq, epoch } = one;
    const joined = `${PARTS.open}${timestamp}${addressPart(one)}${idPart(one.item)}${PARTS[kind]}${value}}${PARTS.seq}${seq}${PARTS.epoch}${epoch}${PARTS.close}`;
    assert.equal(joined, renderChange(one));
  }
  const event = {
    stream: 's',
    group: 'g',
    item: undefined,
    type: 't"',
    data: '1.0' as JsonText,
    timestamp: 5,
  };
  const joined = `${PARTS.open}5${addressPart(event)}${idPart(undefined)}${PARTS.event}${eventBody(event.type, event.data)}}`;
  assert.equal(joined, renderEvent(event));
});

test('a sequenced message is read without a change of its value', () => {
  for (const one of SAMPLES) {
    const { old: _, trace: __, ...told } = one;
    assert.deepEqual(parseSequenced(renderChange(one)), told);
  }
});

test('messages of other engines are read with exact values', () => {
  const text =
    '{ "id": "a", "event": {"data": 12345678901234567890, "type":"update"}, "groupId":"g", "streamName":"s", "timestamp":1, "type":"stream"}';
  assert.equal(parseSequenced(text), undefined);
  assert.deepEqual(parseUnsequenced(text), {
    kind: 'update',
    stream: 's',
    group: 'g',
    item: 'a',
    value: '12345678901234567890',
    timestamp: undefined,
    epoch: '',
  });
});

test('what is no message of a stream is recognised as such', () => {
  const head = '"type":"stream","timestamp":1,"streamName":"s","groupId":"g"';
  for (const text of [
    '',
    'null',
    '1',
    '[]',
    '{',
    '{"type":"stream"}',
    `{${head},"id":"a","event":null}`,
    `{${head},"id":"a","event":{"type":"sync","data":[]}}`,
    `{${head},"id":null,"event":{"type":"create","data":1}}`,
    `{${head},"id":"a","event":{"type":"event","event":{"data":1}}}`,
    `{"type":"stream","timestamp":1,"streamName":"","groupId":"g","id":"a","event":{"type":"create","data":1}}`,
  ]) {
    assert.equal(parseSequenced(text), undefined, text);
    assert.equal(parseUnsequenced(text), undefined, text);
  }
});
