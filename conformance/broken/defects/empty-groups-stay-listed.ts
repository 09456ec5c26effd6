import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** `list_groups` never forgets a group. */
export const defect: Defect = {
  id: 'empty-groups-stay-listed',
  among: ['functions/*', 'custom-streams/*'],
  breaks: ['functions/a-group-without-items-is-not-listed'],
  damage() {
    const seen = new Map<string, Set<string>>();
    const groupsOf = (stream: string): Set<string> => {
      const groups = seen.get(stream) ?? new Set();
      seen.set(stream, groups);
      return groups;
    };
    return {
      engine: () => {
        const asked = new Map<string, string>();
        return {
          up: (message) => {
            const { type, function_id, invocation_id, data } = message;
            if (type !== WORKER_MESSAGE.invokeFunction) return undefined;
            if (function_id === FUNCTION.set && data?.group_id) groupsOf(data.stream_name).add(data.group_id);
            if (function_id === FUNCTION.listGroups) asked.set(invocation_id, data.stream_name);
            return undefined;
          },
          down: (message) => {
            const stream = asked.get(message.invocation_id);
            if (stream === undefined || !Array.isArray(message.result)) return undefined;
            return [{ ...message, result: [...new Set([...message.result, ...groupsOf(stream)])] }];
          },
        };
      },
    };
  },
};
