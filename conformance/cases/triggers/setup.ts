import { TRIGGER_TYPE } from '../../../generated/constants.js';
import type { Context } from '../../runner/context.js';
import type { Inbox } from '../../wire/inbox.js';
import type { WorkerClient } from '../../wire/worker-client.js';

/** What a `stream` trigger's handler gets, as its two kinds of readers read it. */
export interface StreamPayload {
  readonly type: string;
  readonly timestamp: number;
  readonly streamName: string;
  readonly groupId: string;
  readonly id: string | null;
  readonly event: { readonly type: string; readonly data?: unknown; readonly event?: unknown };
  readonly [field: string]: unknown;
}

/** What a join or leave handler gets. */
export interface PresencePayload {
  readonly subscription_id: string;
  readonly stream_name: string;
  readonly group_id: string;
  readonly id?: string | null;
  readonly context?: unknown;
  readonly [field: string]: unknown;
}

export interface Bound<T> {
  readonly worker: WorkerClient;
  readonly calls: Inbox<T>;
  readonly triggerId: string;
}

/** Binds a recording handler to a trigger type and waits until it is in force. */
export async function bind<T>(
  t: Context,
  type: string,
  config: Readonly<Record<string, unknown>>,
  answer?: (data: T) => unknown,
): Promise<Bound<T>> {
  const worker = await t.worker();
  const functionId = t.name('handler');
  const calls = worker.record<T>(functionId, answer);
  const triggerId = worker.trigger(type, functionId, config);
  await worker.settle();
  return { worker, calls, triggerId };
}

/** A `stream` trigger on the case's own stream. */
export const onStream = (
  t: Context,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Bound<StreamPayload>> => bind(t, TRIGGER_TYPE.stream, { stream_name: t.at.stream_name, ...more });

export const onJoin = (
  t: Context,
  more: Readonly<Record<string, unknown>> = {},
  answer?: (data: PresencePayload) => unknown,
): Promise<Bound<PresencePayload>> =>
  bind(t, TRIGGER_TYPE.join, { stream_name: t.at.stream_name, ...more }, answer);

export const onLeave = (
  t: Context,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Bound<PresencePayload>> => bind(t, TRIGGER_TYPE.leave, { stream_name: t.at.stream_name, ...more });

/** `[what happened, item id, value]` */
export const short = ({ event, id }: StreamPayload): readonly unknown[] => [
  event.type,
  id,
  event.data ?? event.event,
];

/** What a trigger fired before a change that is made now; changes made for other triggers' sake do not count. */
export async function firedBefore(
  t: Context,
  calls: Inbox<StreamPayload>,
  item = t.name('marker'),
): Promise<unknown[]> {
  const mark = t.name(MARK);
  await t.set(item, mark);
  const fired: unknown[] = [];
  for (;;) {
    const call = await calls.next('the handler of a later change');
    if (call.event.data === mark) return fired;
    if (!String(call.event.data).startsWith(MARK)) fired.push(short(call));
  }
}

const MARK = 'the-mark';
