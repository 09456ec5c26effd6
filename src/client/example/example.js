import { createStreamClient } from './client.js';
import { FUNCTION } from './constants.js';

const client = createStreamClient(`ws://${location.host}`);
const byId = (id) => document.getElementById(id);

/** Calls a function of the server; in your app this is a worker's part. */
const call = (name, payload) =>
  fetch(`/api/call/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
    keepalive: true,
  });

// A presence room: each page is an item, which is deleted when the page goes.
const ROOM = { stream_name: 'example', group_id: 'room' };
const me = crypto.randomUUID();
const enter = () =>
  call(FUNCTION.set, { ...ROOM, item_id: me, data: { id: me, name: byId('name').value || 'Somebody' } });
byId('name').addEventListener('input', enter);
addEventListener('pagehide', () => call(FUNCTION.delete, { ...ROOM, item_id: me }));
addEventListener('pageshow', enter);

client.group('example', 'room').subscribe(({ items }) => {
  byId('people').replaceChildren(
    ...items.map(({ id, data }) => {
      const line = document.createElement('li');
      line.textContent = id === me ? `${data.name} (you)` : data.name;
      return line;
    }),
  );
});

// A token stream: one item that grows. Whoever comes late, or comes back, has all of it.
const ANSWER = { stream_name: 'example', group_id: 'answers', item_id: 'latest' };
const WORDS =
  'Every change of a group has a number, and a client that was away asks for what came after its own.'.split(
    ' ',
  );
client
  .group('example', 'answers')
  .item('latest')
  .subscribe(({ item }) => {
    byId('answer').textContent = item?.data.text ?? '';
  });
byId('ask').addEventListener('click', async () => {
  await call(FUNCTION.set, { ...ANSWER, data: { text: '' } });
  for (const word of WORDS) {
    await call(FUNCTION.update, { ...ANSWER, ops: [{ type: 'append', path: 'text', value: `${word} ` }] });
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
});

client.onStatus(({ state }) => {
  byId('status').textContent = state;
});
