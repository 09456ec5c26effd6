import { AssertionError } from 'node:assert';

/** Whose fault a failed case is. */
export type Blame = 'target' | 'harness';

/** The target broke a rule that no assertion of a case states: the wire's grammar, silence, a closed connection. */
export class TargetFault extends Error {
  override readonly name = 'TargetFault';
}

/** A call was answered with an error. An assertion about the target, unless the case expects it. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly code: string;
  constructor(functionId: string, code: string, message: string) {
    super(`${functionId} failed with ${code}: ${message}`);
    this.code = code;
  }
}

/** Everything that is not known to be the target's fault is ours. */
export function blameOf(error: unknown): Blame {
  return error instanceof AssertionError || error instanceof TargetFault || error instanceof CallFailed
    ? 'target'
    : 'harness';
}
