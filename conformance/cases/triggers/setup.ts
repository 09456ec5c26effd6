import { TRIGGER_TYPE } from '../../../generated/constants.js';
import type { Context } from '../../runner/context.js';
import { Inbox } from '../../wire/inbox.js';
import type { WorkerClient } from '../../wire/worker-client.js';
import { isProbe, untilInForce } from './probe.js';

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

type Config = Readonly<Record<string, unknown>>;

export interface Bound<T> {
  readonly worker: WorkerClient;
  readonly calls: Inbox<T>;
  readonly triggerId: string;
}

/** A function of a worker that records the calls of triggers. */
export interface Handler<T> {
  readonly functionId: string;
  readonly calls: Inbox<T>;
  /** Resolves when it was called for a probe. */
  readonly probed: Promise<unknown>;
}

/** Offers a handler and waits until it can be called; probes do not count as calls. */
export async function handler<T>(
  worker: WorkerClient,
  t: Context,
  answer: (data: T) => unknown = () => undefined,
): Promise<Handler<T>> {
  const functionId = t.name('handler');
  const calls = new Inbox<T>(t.waits);
  let probe = (): void => {};
  const probed = new Promise<void>((resolve) => {
    probe = resolve;
  });
  worker.on(functionId, (data: T) => {
    if (isProbe(data)) return probe();
    calls.push(data);
    return answer(data);
  });
  await worker.settle();
  return { functionId, calls, probed };
}

/** Binds a recording handler to a trigger type and waits until it is in force. */
export async function bind<T>(
  t: Context,
  type: string,
  config: Config,
  answer?: (data: T) => unknown,
): Promise<Bound<T>> {
  const { probed, ...bound } = await bindUnprobed<T>(t, type, config, answer);
  await untilInForce(t, type, config, probed);
  return bound;
}

/** Binds a handler that is not expected to be called: whatever takes effect later than its trigger has to be waited for. */
export async function bindUnprobed<T>(
  t: Context,
  type: string,
  config: Config,
  answer?: (data: T) => unknown,
): Promise<Bound<T> & Pick<Handler<T>, 'probed'>> {
  const worker = await t.worker();
  const { functionId, ...handled } = await handler<T>(worker, t, answer);
  const triggerId = worker.trigger(type, functionId, config);
  return { worker, triggerId, ...handled };
}

/** A `stream` trigger on the case's own stream. */
export const onStream = (t: Context, more: Config = {}): Promise<Bound<StreamPayload>> =>
  bind(t, TRIGGER_TYPE.stream, { stream_name: t.at.stream_name, ...more });

export const onJoin = (
  t: Context,
  more: Config = {},
  answer?: (data: PresencePayload) => unknown,
): Promise<Bound<PresencePayload>> =>
  bind(t, TRIGGER_TYPE.join, { stream_name: t.at.stream_name, ...more }, answer);

export const onLeave = (t: Context, more: Config = {}): Promise<Bound<PresencePayload>> =>
  bind(t, TRIGGER_TYPE.leave, { stream_name: t.at.stream_name, ...more });

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
