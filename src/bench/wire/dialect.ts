import { FUNCTION, SOCKET_MESSAGE, WORKER_MESSAGE } from '../../../generated/constants.js';
import { maskedFrame } from './masked.js';

/** An item of a group, and the number that tells one write of it from the next. */
export interface Write {
  readonly group: string;
  readonly item: string;
  readonly n: number;
}

/** How a kind of server is spoken to; all say the same about the same values. */
export interface Dialect {
  /** What is sent once, after the upgrade, on any connection; the far end answers each with one frame. */
  readonly greeting: readonly Buffer[];
  /** Frames that come unasked after the upgrade. */
  readonly unasked: { readonly rpc: number; readonly socket: number };
  set(write: Write): Buffer;
  get(write: Write): Buffer;
  /** Only where the far end has it. */
  update?(write: Write): Buffer;
  /** The answer is one frame: the group's items. */
  join(group: string): Buffer;
  /** Only where the far end has it: the answer is an acknowledgement and what changed after `seq`. */
  resume?(group: string, epoch: string, seq: number): Buffer;
}

const DIGITS = 8;
/** How `n` begins in a value; it is of a fixed width, so that all writes of a kind are equally long. */
export const MARK = '"n":"';
export const digits = (n: number): string => String(n).padStart(DIGITS, '0');
export const readDigits = (chunk: Uint8Array, at: number): number => {
  let n = 0;
  for (let i = at; i < at + DIGITS; i += 1) n = n * 10 + (chunk[i]! - 48);
  return n;
};

export const textOf = ({ item, n }: Write): string =>
  `{"id":"${item}","n":"${digits(n)}","name":"a short sentence","done":false,"tags":["one","two"],"size":12.5}`;

export const STREAM = 'bench';
const idOf = (n: number): string => `00000000-0000-4000-8000-0000${digits(n)}`;
const address = ({ group, item }: Write): string =>
  `"stream_name":"${STREAM}","group_id":"${group}","item_id":"${item}"`;

const call = (n: number, functionId: string, fields: string): Buffer =>
  maskedFrame(
    `{"type":"${WORKER_MESSAGE.invokeFunction}","invocation_id":"${idOf(n)}","function_id":"${functionId}","data":{${fields}}}`,
  );

/** The worker protocol and the stream socket: what iii-stream, an iii engine, raw-ws and raw-frame speak. */
export const III: Dialect = {
  greeting: [],
  unasked: { rpc: 1, socket: 0 },
  set: (write) => call(write.n, FUNCTION.set, `${address(write)},"data":${textOf(write)}`),
  get: (write) => call(write.n, FUNCTION.get, address(write)),
  update: (write) =>
    call(
      write.n,
      FUNCTION.update,
      `${address(write)},"ops":[{"type":"set","path":"n","value":"${digits(write.n)}"}]`,
    ),
  join: (group) =>
    maskedFrame(
      `{"type":"${SOCKET_MESSAGE.join}","data":{"subscriptionId":"s-${group}","streamName":"${STREAM}","groupId":"${group}"}}`,
    ),
  resume: (group, epoch, seq) =>
    maskedFrame(
      `{"type":"${SOCKET_MESSAGE.join}","data":{"subscriptionId":"s-${group}","streamName":"${STREAM}","groupId":"${group}","since":{"epoch":"${epoch}","seq":${seq}}}}`,
    ),
};

/** The id of an acknowledgement; all are equally long. */
const ack = ({ n }: Write): number => 10_000_000 + n;

/** Engine.IO 4 with Socket.IO 5 in it, over its WebSocket transport; each event asks for an acknowledgement. */
export const SOCKET_IO: Dialect = {
  greeting: [maskedFrame('40')],
  unasked: { rpc: 1, socket: 1 },
  set: (write) => maskedFrame(`42${ack(write)}["set","${write.group}","${write.item}",${textOf(write)}]`),
  get: (write) => maskedFrame(`42${ack(write)}["get","${write.group}","${write.item}"]`),
  join: (group) => maskedFrame(`420["join","${group}"]`),
};
