import { FUNCTION, WORKER_MESSAGE } from '../../generated/constants.js';
import type { OpsMessage, ServerMessage } from '../../generated/socket.js';
import * as validators from '../../generated/validators.js';
import { explain, type Validator } from '../../generated/validators.js';
import type { EngineMessage } from '../../generated/worker.js';
import { TargetFault } from './faults.js';

/** A frame of a type that the spec does not know: newer engines send some, and workers ignore them. */
export interface UnknownMessage {
  readonly type: 'unknown';
  readonly frame: Readonly<Record<string, unknown>>;
}

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(Object.values(WORKER_MESSAGE));

const SOCKET_FRAME = 'a frame of the stream socket';

type AnyValidator = Validator<unknown>;

/** What each function may answer. */
const RESULTS: ReadonlyMap<string, AnyValidator> = new Map<string, AnyValidator>([
  [FUNCTION.set, validators.validateSetResult],
  [FUNCTION.get, validators.validateGetResult],
  [FUNCTION.delete, validators.validateDeleteResult],
  [FUNCTION.list, validators.validateListResult],
  [FUNCTION.listGroups, validators.validateListGroupsResult],
  [FUNCTION.listAll, validators.validateListAllResult],
  [FUNCTION.send, validators.validateSendResult],
  [FUNCTION.update, validators.validateUpdateResult],
  [FUNCTION.transact, validators.validateTransactResult],
]);

/** Reads a frame of the engine. @throws TargetFault when it breaks the grammar of the wire */
export function readEngineFrame(text: string): EngineMessage | UnknownMessage {
  const frame = parse(text, 'a frame of the engine') as Readonly<Record<string, unknown>> | null;
  if (typeof frame?.type === 'string' && !KNOWN_TYPES.has(frame.type)) return { type: 'unknown', frame };
  // It is for workers that own trigger types, says the spec; newer engines tell every worker.
  if (frame?.type === WORKER_MESSAGE.triggerRegistrationResult) return { type: 'unknown', frame };
  return readFrame(text, validators.validateEngineMessage, 'a frame of the engine');
}

/** Reads a frame of the target. @throws TargetFault when it breaks the grammar of the wire */
export function readFrame<T>(text: string, validate: Validator<T>, what: string): T {
  return checked(parse(text, what), text, validate, what);
}

function checked<T>(value: unknown, text: string, validate: Validator<T>, what: string): T {
  if (validate(value)) return value;
  throw new TargetFault(`${what} breaks the spec: ${explain(validate, 'message')}: ${text.slice(0, 300)}`);
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TargetFault(`${what} is not JSON: ${text.slice(0, 200)}`);
  }
}

/** Reads a frame of the stream socket: ops are the one message without a type. @throws TargetFault */
export function readSocketFrame(text: string): ServerMessage | OpsMessage {
  const value = parse(text, SOCKET_FRAME);
  if (value instanceof Object && !('type' in value) && 'ops' in value)
    return checked(value, text, validators.validateOpsMessage, SOCKET_FRAME);
  return checked(value, text, validators.validateServerMessage, SOCKET_FRAME);
}

/** Refuses to send what the spec does not allow: that would be a fault of a case, not of the target. */
export function checkSent<T>(message: T, validate: Validator<T>): string {
  if (!validate(message)) throw new Error(`a case sends a bad message: ${explain(validate, 'message')}`);
  return JSON.stringify(message);
}

/** @throws TargetFault when a function's answer is none of those that the spec allows */
export function checkResult(functionId: string, result: unknown): void {
  const isPage = functionId === FUNCTION.list && !Array.isArray(result);
  const validate = isPage ? validators.validateListPage : RESULTS.get(functionId);
  if (validate === undefined || (result === undefined && mayBeAbsent(functionId)) || validate(result)) return;
  throw new TargetFault(`the result of ${functionId} breaks the spec: ${explain(validate, 'result')}`);
}

const mayBeAbsent = (functionId: string): boolean =>
  functionId === FUNCTION.get || functionId === FUNCTION.send;
