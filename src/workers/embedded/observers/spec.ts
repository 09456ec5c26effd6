import { OBSERVABLE, OBSERVER_ERROR, type ObservableId } from '../../../../generated/constants.js';
import type { JsonText } from '../../../../generated/json-text.js';
import type { ObserveMessage } from '../../../../generated/worker.js';
import { jsonOf } from '../../../domain/json-text.js';
import type { InvocationFailure } from '../../../service/service-port.js';
import { compileFilter, type Filter, FilterError } from './filter.js';

/** What an observer asks for, checked. */
export interface ObserverSpec {
  readonly id: string;
  readonly source: ObservableId;
  readonly target: string;
  /** undefined = every event. */
  readonly filter: Filter | undefined;
  /** As they were given. */
  readonly filters: unknown;
  /** Our sources never fail: an observer of errors hears nothing. */
  readonly hears: boolean;
  readonly captures: ReadonlySet<string>;
  /** The event alone, instead of the envelope. */
  readonly isBare: boolean;
  readonly metadata: JsonText | undefined;
  readonly maxInFlight: number;
  readonly maxFires: number;
  readonly expiresInMs: number | undefined;
}

/** Unanswered calls of an observer that names no bound: more wait, so that none takes all calls of the server. */
const DEFAULT_IN_FLIGHT = 1_000;
const NAMESPACE = 'default';
const PARTS: ReadonlySet<string> = new Set(['input', 'output', 'error', 'caller', 'metadata']);
const OUTCOMES: ReadonlySet<string> = new Set(['success', 'error', 'complete']);
const DELIVERIES: ReadonlySet<string> = new Set(['envelope', 'input', 'output']);
const SOURCES: ReadonlySet<string> = new Set(Object.values(OBSERVABLE));

const isSource = (id: string): id is ObservableId => SOURCES.has(id);
const isForeign = (namespace: string | null | undefined): boolean => (namespace ?? NAMESPACE) !== NAMESPACE;

/** The failure is for the worker that observes. */
export function readObserve(message: ObserveMessage): ObserverSpec | InvocationFailure {
  const { id, source, target, metadata, max_fires, expires_in_ms, max_in_flight } = message;
  const { function_id: sourceId, args, filters, capture, on = 'success', deliver } = source;
  if (!isSource(sourceId) || isForeign(source.namespace)) {
    const names = [...SOURCES].join(', ');
    return refused(OBSERVER_ERROR.notObservable, `${sourceId} cannot be observed here; these can: ${names}`);
  }
  if (target.function_id === sourceId) return refused(OBSERVER_ERROR.selfTarget, 'the target is the source');
  const badArg =
    args != null && !isEmpty(args)
      ? `args: ${sourceId} takes none`
      : isForeign(target.namespace)
        ? 'target.namespace: there is default only'
        : capture?.some((part) => !PARTS.has(part))
          ? 'source.capture: has an unknown part'
          : !OUTCOMES.has(on ?? 'success')
            ? 'source.on: is unknown'
            : !DELIVERIES.has(deliver ?? 'envelope')
              ? 'source.deliver: is unknown'
              : undefined;
  if (badArg !== undefined) return refused(OBSERVER_ERROR.invalidArgs, badArg);
  let filter: Filter | undefined;
  try {
    if (filters != null) filter = compileFilter(filters);
  } catch (error) {
    if (error instanceof FilterError) return refused(error.code, error.message);
    throw error;
  }
  return {
    id,
    source: sourceId,
    target: target.function_id,
    filter,
    filters: filters ?? {},
    hears: on !== 'error',
    captures: new Set(capture ?? ['input', 'output', 'caller']),
    isBare: (deliver ?? 'envelope') !== 'envelope',
    metadata: metadata == null ? undefined : jsonOf(metadata),
    maxInFlight: max_in_flight ?? DEFAULT_IN_FLIGHT,
    maxFires: max_fires ?? Number.POSITIVE_INFINITY,
    expiresInMs: expires_in_ms ?? undefined,
  };
}

const refused = (code: string, message: string): InvocationFailure => ({ code, message });

const isEmpty = (args: unknown): boolean =>
  typeof args === 'object' && Object.keys(args as object).length === 0;
