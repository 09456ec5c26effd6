import { createInterface } from 'node:readline';
import { Stream } from '@motiadev/stream-client-browser';
import { WebSocket } from 'ws';

/** The deployed client of browsers, as a client command: see README.md. */
Object.assign(globalThis, { WebSocket });

interface About {
  readonly url: string;
  readonly streamName: string;
  readonly groupId: string;
  readonly id?: string;
}
interface Value {
  readonly id: string;
}

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const { url, streamName, groupId, id } = JSON.parse(line) as About;
  const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  const item = (data: Value, at = ''): object => ({ id: data?.id ?? at, data });
  const stream = new Stream(url);
  if (id === undefined) {
    const group = stream.subscribeGroup<Value>(streamName, groupId);
    group.addChangeListener((state) => print({ items: state?.map((data) => item(data)) }));
    group.onEvent('ping', (data) => print({ event: { type: 'ping', data } }));
  } else {
    const one = stream.subscribeItem<Value>(streamName, groupId, id);
    one.addChangeListener((state) => print({ items: state === null ? [] : [item(state, id)] }));
  }
});
lines.once('close', () => process.exit());
