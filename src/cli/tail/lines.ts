import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { sliceField } from '../../domain/json-text.js';
import { sliceElements } from '../../wire/json-elements.js';
import { oneLine, printable, shownName } from '../output.js';

interface FollowedMessage {
  readonly type: string;
  readonly timestamp?: number;
  readonly id?: string | null;
  readonly seq?: number;
  readonly epoch?: string;
  readonly mode?: string;
  readonly reason?: string;
  readonly count?: number;
  readonly code?: string;
  readonly message?: string;
  readonly event?: { readonly type: string; readonly event?: { readonly type: string } };
}

const shown = (json: string): string => printable(oneLine(json));
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

/** A message of the stream socket as lines for a person; values keep their text. */
export function describe(text: string): readonly string[] {
  const message = JSON.parse(text) as FollowedMessage;
  const { type, event, timestamp = 0, id, seq, epoch } = message;
  if (type === SOCKET_MESSAGE.subscribed) {
    const why = message.reason === undefined ? '' : ` (the cursor's ${message.reason} is gone)`;
    return message.mode === STREAM_EVENT.sync ? [`-- starting anew${why}`] : [];
  }
  if (type === SOCKET_MESSAGE.dropped) return [`-- ${message.count} custom events were missed`];
  if (event === undefined) return [printable(`-- ${message.code ?? type}: ${message.message ?? ''}`)];
  const raw = sliceField(text, 'event') ?? '{}';
  const data = sliceField(raw, 'data') ?? 'null';
  if (event.type === STREAM_EVENT.sync) {
    const items = data.startsWith('[') ? sliceElements(data) : data === 'null' ? [] : [data];
    const at = seq === undefined ? '' : ` at ${epoch}:${seq}`;
    return [`-- ${items.length} item${items.length === 1 ? '' : 's'}${at}`, ...items.map(itemLine)];
  }
  if (event.type === STREAM_EVENT.event) {
    const inner = sliceField(raw, 'event') ?? '{}';
    const to = id == null ? '' : ` ${shownName(id)}`;
    const what = shownName(event.event?.type ?? '');
    return [`${clock(timestamp)} event${to} ${what} ${shown(sliceField(inner, 'data') ?? 'null')}`];
  }
  const position = seq === undefined ? '' : `${seq} `;
  return [`${clock(timestamp)} ${position}${event.type} ${shownName(id ?? '')} ${shown(data)}`];
}

function itemLine(item: string): string {
  const id = JSON.parse(sliceField(item, 'id') ?? '""') as string;
  return `   ${shownName(id)} ${shown(sliceField(item, 'data') ?? 'null')}`;
}
