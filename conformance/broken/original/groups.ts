import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Damages, Message } from '../defect.js';

interface Address {
  readonly stream_name: string;
  readonly group_id: string;
}

/** A group or stream whose last item was deleted stays in the listings. */
export function emptyGroupsStay(): Damages {
  const emptied: Address[] = [];
  const groupsOf = (stream: string): string[] =>
    emptied.filter(({ stream_name }) => stream_name === stream).map(({ group_id }) => group_id);
  return {
    engine: () => {
      const asked = new Map<string, Message>();
      return {
        up: ({ type, invocation_id, ...call }) => {
          if (type === WORKER_MESSAGE.invokeFunction && invocation_id) asked.set(invocation_id, call);
          return undefined;
        },
        down: (message) => {
          const call = asked.get(message.invocation_id);
          if (message.type !== WORKER_MESSAGE.invocationResult || call === undefined) return undefined;
          asked.delete(message.invocation_id);
          const { result } = message;
          if (call.function_id === FUNCTION.delete && result?.old_value != null) emptied.push(call.data);
          if (call.function_id === FUNCTION.listGroups && Array.isArray(result))
            return [{ ...message, result: [...new Set([...result, ...groupsOf(call.data.stream_name)])] }];
          if (call.function_id === FUNCTION.listAll && Array.isArray(result?.stream))
            return [{ ...message, result: withEmptied(result.stream, emptied) }];
          return undefined;
        },
      };
    },
  };
}

function withEmptied(streams: readonly Message[], emptied: readonly Address[]): Message {
  const groups = new Map<string, Set<string>>(streams.map((one) => [one.id, new Set(one.groups)]));
  for (const { stream_name, group_id } of emptied)
    groups.set(stream_name, (groups.get(stream_name) ?? new Set<string>()).add(group_id));
  const stream = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    stream: stream.map(([id, ids]) => ({ id, groups: [...ids].sort() })),
    count: stream.length,
  };
}
