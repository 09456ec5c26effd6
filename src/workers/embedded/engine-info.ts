import type { JsonText } from '../../../generated/json-text.js';
import { jsonOf } from '../../domain/json-text.js';
import type { InvocationFailure, TriggerRegistration } from '../../service/service-port.js';
import type { EndpointState } from './endpoint-state.js';
import type { Worker } from './worker.js';

// What engines since 0.23 tell of one function, worker, type or trigger, in their shapes. There is one namespace.

const NAMESPACE = 'default';
const OURS = 'iii-stream';
/** Functions that one question may name. */
const MAX_IDS = 32;

type Fields = Readonly<Record<string, unknown>>;
type Reply = JsonText | InvocationFailure;

const notFound = (what: string): InvocationFailure => ({ code: 'NOT_FOUND', message: `${what} not found` });

const invalid = (message: string): InvocationFailure => ({ code: 'INVALID_ARGUMENTS', message });

const nameOf = (worker: Worker | undefined): string =>
  worker === undefined ? OURS : (worker.facts.name ?? worker.id);

function functionDetail({ functions, triggers }: EndpointState, id: string): Fields | undefined {
  const found = functions.get(id);
  if (found === undefined) return undefined;
  const { description, metadata, request_format, response_format } = found.info;
  return {
    function_id: id,
    namespace: NAMESPACE,
    worker_name: nameOf(found.worker),
    description,
    metadata,
    request_schema: request_format,
    response_schema: response_format,
    registered_triggers: triggers
      .list()
      .filter(({ functionId }) => functionId === id)
      .map(({ id: trigger, triggerType, config }) => ({ id: trigger, trigger_type: triggerType, config })),
  };
}

export function functionInfo(state: EndpointState, request: Fields): Reply {
  const { function_id: id, function_ids: ids } = request;
  if (typeof id === 'string') {
    const detail = functionDetail(state, id);
    return detail === undefined ? notFound(`Function ${id}`) : jsonOf(detail);
  }
  if (!Array.isArray(ids) || ids.length > MAX_IDS)
    return invalid(`function_id, or at most ${MAX_IDS} function_ids, are required`);
  const details = ids.map(
    (one) => functionDetail(state, String(one)) ?? { function_id: one, error: 'not_found' },
  );
  return jsonOf({ functions: details });
}

export function workerInfo(state: EndpointState, { name }: Fields): Reply {
  if (typeof name !== 'string') return invalid('name is required');
  const worker = [...state.workers].find((one) => one.facts.name === name);
  if (worker === undefined) return notFound(`Worker ${name}`);
  const ids = state.functions.idsOf(worker);
  const held = state.triggers.list().filter(({ id }) => state.triggers.holderOf(id) === worker);
  return jsonOf({
    worker: {
      id: worker.id,
      namespace: NAMESPACE,
      ...worker.facts,
      ip_address: worker.address,
      status: 'connected',
      connected_at_ms: worker.connectedAt,
      function_count: ids.length,
      active_invocations: worker.peer.pending.size,
      internal: false,
    },
    functions: ids.map((id) => functionDetail(state, id)),
    trigger_types: state.triggers
      .listTypes()
      .filter(({ id }) => state.triggers.ownerOf(id) === worker)
      .map(({ id, description }) => ({ id, description, namespace: NAMESPACE })),
    registered_triggers: held.map((trigger) => triggerDetail(state, trigger)),
  });
}

export function triggerTypeInfo({ triggers }: EndpointState, { id }: Fields): Reply {
  if (typeof id !== 'string') return invalid('id is required');
  const type = triggers.listTypes().find((one) => one.id === id);
  if (type === undefined) return notFound(`Trigger type ${id}`);
  return jsonOf({
    id,
    description: type.description,
    namespace: NAMESPACE,
    worker_name: nameOf(triggers.ownerOf(id)),
    instance_count: triggers.list().filter(({ triggerType }) => triggerType === id).length,
    configuration_schema: type.trigger_request_format,
    request_schema: type.call_request_format,
  });
}

const triggerDetail = (
  { triggers }: EndpointState,
  { id, triggerType, functionId, config }: TriggerRegistration,
): Fields => ({
  id,
  trigger_type: triggerType,
  function_id: functionId,
  worker_name: nameOf(triggers.holderOf(id)),
  config,
  config_summary: JSON.stringify(config ?? null),
});

export function registeredTriggers(state: EndpointState, request: Fields): Reply {
  const { function_id: functionId, trigger_type: type, worker } = request;
  const listed = state.triggers
    .list()
    .filter((one) => functionId === undefined || functionId === null || one.functionId === functionId)
    .filter((one) => type === undefined || type === null || one.triggerType === type)
    .map((trigger) => triggerDetail(state, trigger))
    .filter((one) => worker === undefined || worker === null || one.worker_name === worker);
  return jsonOf({ registered_triggers: listed });
}

export function registeredTriggerInfo(state: EndpointState, { id }: Fields): Reply {
  const trigger = typeof id === 'string' ? state.triggers.get(id) : undefined;
  if (trigger === undefined) return notFound(`Trigger ${String(id)}`);
  const type = triggerTypeInfo(state, { id: trigger.triggerType });
  return jsonOf({
    ...triggerDetail(state, trigger),
    metadata: trigger.metadata,
    function: functionDetail(state, trigger.functionId) ?? null,
    trigger: typeof type === 'string' ? JSON.parse(type) : null,
  });
}

export function observerInfo({ observers }: EndpointState, { id }: Fields): Reply {
  const observer = typeof id === 'string' ? observers.get(id) : undefined;
  if (observer === undefined) return notFound(`Observer ${String(id)}`);
  const { source, target, filters } = observer.spec;
  return jsonOf({
    observer: { id, function_id: source, target, filters, state: observer.state, fires: observer.fires },
  });
}
