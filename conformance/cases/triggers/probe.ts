import { setTimeout as delay } from 'node:timers/promises';
import { TRIGGER_TYPE } from '../../../generated/constants.js';
import { address, type Context } from '../../runner/context.js';

/** Group of subscriptions and items that only ask whether a trigger is in force. */
const GROUP = 'conformance-probe';
/** Value of such items. */
const VALUE = 'conformance-probe';
/** Milliseconds between two attempts: doubled from the first to the second. */
const PAUSE_MS = [4, 250] as const;

type Config = Readonly<Record<string, unknown>>;

/** True for what a handler or a condition is called with because of a probe. */
export function isProbe(payload: unknown): boolean {
  const { group_id, groupId, event } = (payload ?? {}) as {
    group_id?: unknown;
    groupId?: unknown;
    event?: { data?: unknown };
  };
  return group_id === GROUP || groupId === GROUP || event?.data === VALUE;
}

/**
 * Waits until a trigger is in force, by causing what it fires for: through an engine between, registrations take the way
 * of a relay, and no list tells when they arrived.
 *
 * @param fired resolves when the handler was called for a probe
 */
export async function untilInForce(
  t: Context,
  type: string,
  config: Config,
  fired: Promise<unknown>,
): Promise<void> {
  t.requires(type === TRIGGER_TYPE.stream ? 'triggers' : 'presence');
  let isInForce = false;
  void fired.then(() => {
    isInForce = true;
  });
  const probing = async (): Promise<void> => {
    let [pause, longest] = PAUSE_MS as readonly [number, number];
    while (!isInForce) {
      await cause(t, type, config);
      await Promise.race([fired, delay(pause)]);
      pause = Math.min(pause * 2, longest);
    }
  };
  await t.waits.for(`a call of the handler of a ${type} trigger`, probing(), `triggers of type ${type}`);
}

async function cause(t: Context, type: string, config: Config): Promise<void> {
  const text = (value: unknown, otherwise: string): string =>
    typeof value === 'string' && value !== '' ? value : otherwise;
  const stream_name = text(config.stream_name, t.at.stream_name);
  if (type === TRIGGER_TYPE.stream) {
    const at = { stream_name, group_id: text(config.group_id, GROUP) };
    await t.set(text(config.item_id, GROUP), VALUE, at);
    return;
  }
  const at = { stream_name, group_id: GROUP };
  const client = await t.socket(`/?${PROBE_PARAMETER}`);
  const id = client.join(address(at));
  await client.nextStream('the sync');
  client.leave(id, address(at));
  await client.close();
}

/** Query parameter of a probe's connection. */
export const PROBE_PARAMETER = 'conformance-probe';
