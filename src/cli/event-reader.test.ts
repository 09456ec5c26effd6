import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEvents, type ServerEvent } from './event-reader.js';

async function eventsOf(text: string, size: number): Promise<ServerEvent[]> {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const events: ServerEvent[] = [];
  for await (const event of readEvents(pieces())) events.push(event);
  return events;
}

test('events are read in whatever pieces and with whatever line ends they come', async () => {
  const lines = [
    'retry: 20',
    '',
    ': a comment',
    'id: e:1',
    'data: ü',
    'data:  two',
    '',
    'id',
    'data:x: y',
    '',
    '',
  ];
  const wanted = [
    { id: undefined, data: undefined, retry: 20 },
    { id: 'e:1', data: 'ü\n two', retry: undefined },
    { id: '', data: 'x: y', retry: undefined },
  ];
  for (const end of ['\n', '\r\n', '\r']) {
    // Of the last end alone nobody knows yet whether a line feed follows.
    const text = `${lines.join(end)}${end === '\r' ? 'x' : ''}`;
    for (const size of [1, 2, 3, 7, 1000]) assert.deepEqual(await eventsOf(text, size), wanted, `${size}`);
  }
  assert.deepEqual(await eventsOf('data: unfinished', 4), []);
});
