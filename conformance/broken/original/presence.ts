import { SOCKET_MESSAGE, TRIGGER_TYPE, WORKER_MESSAGE } from '../../../generated/constants.js';
import { onRegistrations } from '../damages.js';
import type { Damages, Line } from '../defect.js';

const PRESENCE: readonly unknown[] = [TRIGGER_TYPE.join, TRIGGER_TYPE.leave];

/** Every join fires every join trigger, and every leave every leave trigger, whatever their config says. */
export const presenceIsUnfiltered = (): Damages =>
  onRegistrations(WORKER_MESSAGE.registerTrigger, (message) =>
    PRESENCE.includes(message.trigger_type) ? [{ ...message, config: {} }] : undefined,
  );

/** A leave of a subscription that nobody knows fires the leave triggers. */
export function unknownLeavesFire(): Damages {
  const handlers = new Map<string, { readonly functionId: string; readonly line: Line }>();
  return {
    engine: () => ({
      up: ({ type, id, trigger_type, function_id }, line) => {
        if (type === WORKER_MESSAGE.registerTrigger && trigger_type === TRIGGER_TYPE.leave)
          handlers.set(id, { functionId: function_id, line });
        if (type === WORKER_MESSAGE.unregisterTrigger) handlers.delete(id);
        return undefined;
      },
    }),
    socket: () => {
      const joined = new Set<string>();
      return {
        up: ({ type, data }) => {
          if (type === SOCKET_MESSAGE.join) joined.add(data?.subscriptionId);
          if (type !== SOCKET_MESSAGE.leave || joined.delete(data?.subscriptionId)) return undefined;
          const { subscriptionId: subscription_id, streamName: stream_name, groupId: group_id } = data ?? {};
          const input = { subscription_id, stream_name, group_id, id: null, context: null };
          for (const { functionId, line } of handlers.values())
            line.down({ type: WORKER_MESSAGE.invokeFunction, function_id: functionId, data: input });
          return undefined;
        },
      };
    },
  };
}
