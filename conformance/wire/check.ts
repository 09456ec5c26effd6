import { FUNCTION } from '../../generated/constants.js';
import * as validators from '../../generated/validators.js';
import { explain, type Validator } from '../../generated/validators.js';
import { TargetFault } from './faults.js';

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
]);

/** Reads a frame of the target. @throws TargetFault when it breaks the grammar of the wire */
export function readFrame<T>(text: string, validate: Validator<T>, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TargetFault(`${what} is not JSON: ${text.slice(0, 200)}`);
  }
  if (validate(value)) return value;
  throw new TargetFault(`${what} breaks the spec: ${explain(validate, 'message')}: ${text.slice(0, 300)}`);
}

/** Refuses to send what the spec does not allow: that would be a fault of a case, not of the target. */
export function checkSent<T>(message: T, validate: Validator<T>): string {
  if (!validate(message)) throw new Error(`a case sends a bad message: ${explain(validate, 'message')}`);
  return JSON.stringify(message);
}

/** @throws TargetFault when a function's answer is none of those that the spec allows */
export function checkResult(functionId: string, result: unknown): void {
  const validate = RESULTS.get(functionId);
  if (validate === undefined || (result === undefined && mayBeAbsent(functionId)) || validate(result)) return;
  throw new TargetFault(`the result of ${functionId} breaks the spec: ${explain(validate, 'result')}`);
}

const mayBeAbsent = (functionId: string): boolean =>
  functionId === FUNCTION.get || functionId === FUNCTION.send;
