import { ENGINE_FUNCTION, ENGINE_PREFIX, WORKER_EVENT } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { jsonOf } from '../../domain/json-text.js';
import type { InvocationFailure } from '../../service/service-port.js';
import type { EndpointState } from './endpoint-state.js';
import {
  functionInfo,
  observerInfo,
  registeredTriggerInfo,
  registeredTriggers,
  triggerTypeInfo,
  workerInfo,
} from './engine-info.js';
import type { FunctionInfo } from './functions.js';
import { factsOf, type Worker } from './worker.js';

type EngineFunction = (
  state: EndpointState,
  payload: JsonText | undefined,
  caller: Worker | undefined,
) => JsonText | InvocationFailure;

/** An engine function that looks at fields of its request. */
const asked =
  (
    answer: (
      state: EndpointState,
      request: Readonly<Record<string, unknown>>,
    ) => JsonText | InvocationFailure,
  ): EngineFunction =>
  (state, payload) =>
    answer(state, (JSON.parse(payload ?? 'null') ?? {}) as Readonly<Record<string, unknown>>);

const ENGINE_FUNCTIONS: ReadonlyMap<string, EngineFunction> = new Map<string, EngineFunction>([
  [
    ENGINE_FUNCTION.listFunctions,
    ({ functions }, payload) => {
      const all: FunctionInfo[] = [...functions.list(), ...OWN_INFO];
      return jsonOf({ functions: visible(payload, all, ({ function_id }) => function_id) });
    },
  ],
  [
    ENGINE_FUNCTION.listWorkers,
    (state) =>
      jsonOf({
        workers: [...state.workers]
          .filter(({ speaks }) => speaks)
          .map((worker) => listedWorker(state, worker)),
        timestamp: Date.now(),
      }),
  ],
  [
    ENGINE_FUNCTION.listTriggers,
    ({ triggers }, payload) => {
      const listed = visible(payload, triggers.list(), ({ id }) => id);
      return jsonOf({
        triggers: listed.map(({ id, triggerType, functionId, config, metadata }) => ({
          id,
          trigger_type: triggerType,
          function_id: functionId,
          config,
          metadata,
        })),
      });
    },
  ],
  [
    ENGINE_FUNCTION.listTriggerTypes,
    ({ triggers }, payload) =>
      jsonOf({ trigger_types: visible(payload, triggers.listTypes(), ({ id }) => id) }),
  ],
  [ENGINE_FUNCTION.functionInfo, asked(functionInfo)],
  [ENGINE_FUNCTION.workerInfo, asked(workerInfo)],
  [ENGINE_FUNCTION.triggerTypeInfo, asked(triggerTypeInfo)],
  [ENGINE_FUNCTION.listRegisteredTriggers, asked(registeredTriggers)],
  [ENGINE_FUNCTION.registeredTriggerInfo, asked(registeredTriggerInfo)],
  [ENGINE_FUNCTION.observerInfo, asked(observerInfo)],
  [
    ENGINE_FUNCTION.registerWorker,
    ({ presence }, payload, caller) => {
      if (caller !== undefined) {
        caller.facts = factsOf(payload);
        presence.tell(WORKER_EVENT.updated, caller);
      }
      return jsonOf({ success: true });
    },
  ],
]);

const OWN_INFO: readonly FunctionInfo[] = [...ENGINE_FUNCTIONS.keys()].map((id) => ({ function_id: id }));

/** The function of the engine with this id. */
export const engineFunction = (id: string): EngineFunction | undefined => ENGINE_FUNCTIONS.get(id);

/** Lists hide what belongs to the engine, unless asked for it. */
function visible<T>(
  payload: JsonText | undefined,
  entries: readonly T[],
  idOf: (entry: T) => string,
): readonly T[] {
  const request = JSON.parse(payload ?? 'null') as { include_internal?: unknown } | null;
  if (request?.include_internal === true) return entries;
  return entries.filter((entry) => !idOf(entry).startsWith(ENGINE_PREFIX.internal));
}

function listedWorker({ functions }: EndpointState, worker: Worker): Readonly<Record<string, unknown>> {
  const ids = functions.idsOf(worker);
  return {
    id: worker.id,
    ...worker.facts,
    ip_address: worker.address,
    status: 'connected',
    connected_at_ms: worker.connectedAt,
    function_count: ids.length,
    functions: ids,
    active_invocations: worker.peer.pending.size,
  };
}
