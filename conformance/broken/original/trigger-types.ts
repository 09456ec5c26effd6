import { ENGINE_PREFIX, TRIGGER_TYPE, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Damages } from '../defect.js';

/** A trigger that is registered before its type is never handed over. */
export function laterTypesGetNoTriggers(): Damages {
  const types = new Set<string>(Object.values(TRIGGER_TYPE));
  return {
    engine: () => ({
      up: ({ type, id, trigger_type }) => {
        if (type === WORKER_MESSAGE.registerTriggerType) types.add(id);
        return type === WORKER_MESSAGE.registerTrigger &&
          !types.has(trigger_type) &&
          !isOfEngine(trigger_type)
          ? []
          : undefined;
      },
    }),
  };
}

const isOfEngine = (type: unknown): boolean => String(type).startsWith(ENGINE_PREFIX.internal);
