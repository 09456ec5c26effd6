import { add } from './add.js';
import { append } from './append.js';
import type { Draft } from './draft.js';
import type { OpFailure, TargetOp } from './path.js';
import type { Target } from './target.js';

/** Applies one op to what its path names. */
export function applyToTarget(draft: Draft, op: TargetOp, target: Target): OpFailure | undefined {
  switch (op.type) {
    case 'set':
      target.write(op.value ?? null);
      return undefined;
    case 'increment':
      return add(draft, op.type, target, op.by);
    case 'decrement':
      return add(draft, op.type, target, 0 - op.by);
    case 'append':
      return append(draft, target, op.value);
    case 'remove':
      target.erase();
      return undefined;
    default:
      return op satisfies never;
  }
}
