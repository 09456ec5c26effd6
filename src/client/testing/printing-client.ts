import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { createStreamClient } from '../index.js';
import { withOps } from '../ops.js';

/** Our client as a client command of the conformance suite: it prints what it shows. */
interface About {
  readonly url: string;
  readonly streamName: string;
  readonly groupId: string;
  readonly id?: string;
}

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const { url, streamName, groupId, id } = JSON.parse(line) as About;
  const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  // Takes updates as ops when it is told so.
  const create = process.argv.includes('--ops') ? withOps(createStreamClient) : createStreamClient;
  const client = create(url, { WebSocket, backoff: { maxMs: 1_000 } });
  const group = client.group(streamName, groupId);
  const handle = id === undefined ? group : group.item(id);
  handle.subscribe(({ status, items, error }) =>
    print({ status, items: items.map((item) => ({ id: item.id, data: item.data })), error: error?.code }),
  );
  handle.onEvent(({ type, data }) => print({ event: { type, data } }));
  lines.once('close', () => client.close());
});
