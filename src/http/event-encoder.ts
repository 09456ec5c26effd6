import type { Encoder } from '../delivery/port.js';

const LINE_END = /\r\n|\r|\n/g;
const HAS_LINE_END = /[\r\n]/;

/** The data of an event. Values keep the white space that they came with; each line of an event begins with its field. */
export const dataOf = (text: string): string =>
  HAS_LINE_END.test(text) ? text.replace(LINE_END, '\ndata: ') : text;

/**
 * The encoding of event streams: one event per message, without a name, so that `onmessage` of a browser gets them all.
 * The id is the cursor to come back with; one that moves no cursor has none, and the browser keeps the last.
 */
export const encodeEvents: Encoder = (messages) => {
  let text = '';
  for (const { seq, epoch, text: message } of messages) {
    if (seq > 0 || epoch !== '') text += `id: ${epoch}:${seq}\n`;
    text += `data: ${dataOf(message)}\n\n`;
  }
  return Buffer.from(text);
};

const MOVED = Buffer.from('.');
const NOTHING = Buffer.alloc(0);

/** The encoding of long-polls, which want to know only whether their cursor moves. */
export const encodeSignals: Encoder = (messages) =>
  messages.some(({ epoch }) => epoch !== '') ? MOVED : NOTHING;
