import { AssertionError } from 'node:assert';
import { INVOCATION_ERROR } from '../../generated/constants.js';

/** Who caused a failure: what is graded, the iii engine between, or the grader itself. */
export type Blame = 'target' | 'engine' | 'harness';

/** The target broke a rule that no assertion of a case states: the wire's grammar, silence, a closed connection. */
export class TargetFault extends Error {
  override readonly name: string = 'TargetFault';
  /** What the target lacks, where that is known: failures with the same need have one cause. */
  readonly need: string | undefined;
  /** The target was silent for as long as it is waited for. */
  readonly isSilence: boolean;
  constructor(message: string, need?: string, isSilence = false) {
    super(message);
    this.need = need;
    this.isSilence = isSilence;
  }
}

/** A call was answered with an error. An assertion about the target, unless the case expects it. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly code: string;
  /** The function, when nobody offers it. */
  readonly need: string | undefined;
  constructor(functionId: string, code: string, message: string) {
    super(`${functionId} failed with ${code}: ${message}`);
    this.code = code;
    this.need = code === INVOCATION_ERROR.functionNotFound ? functionId : undefined;
  }
}

/** The case came to what the target says that it lacks. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** The run ended before the case did: the target is gone, or the time of the run is over. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';
}

/** Everything that is not known to be the target's fault is ours. */
export function blameOf(error: unknown): Blame {
  return error instanceof AssertionError || error instanceof TargetFault || error instanceof CallFailed
    ? 'target'
    : 'harness';
}

/** What a failure says the target lacks. */
export function needOf(error: unknown): string | undefined {
  return error instanceof TargetFault || error instanceof CallFailed ? error.need : undefined;
}
