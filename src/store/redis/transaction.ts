import type { TraceContext } from '../../domain/change.js';
import type { Outcome } from '../../domain/condition.js';
import { settleTransaction, type Verdict } from '../../domain/transaction.js';
import type { GuardedWrite, Transacted } from '../port.js';
import { type Operation, sizeOf } from './operation.js';

/**
 * A transaction as one operation: its writes are parts that the script applies all or none.
 *
 * @param done called once, with what became of it; or `failed`, at least once
 */
export function transactionOperation(
  writes: readonly GuardedWrite[],
  trace: TraceContext | undefined,
  done: (result: Transacted) => void,
  failed: (error: unknown) => void,
): Omit<Operation, 'bytes'> {
  const verdicts: Verdict[] = [];
  const parts = writes.map(({ item, mutation }): Operation => {
    const part: Omit<Operation, 'bytes'> = {
      item,
      action: mutation,
      trace,
      failed,
      // Parts are told in their order; of one that failed nothing is told here, and so nothing of all.
      done: ({ receipt }, _, seq) => {
        const { outcome, rev, epoch } = receipt!;
        verdicts.push({ outcome, rev, rejected: isRejected(outcome, mutation.guard) });
        if (verdicts.length === writes.length) done({ ...settleTransaction(verdicts), epoch, seq });
      },
    };
    return { ...part, bytes: sizeOf(part) };
  });
  return { item: undefined, action: { kind: 'delete' }, trace, parts, failed, done: () => {} };
}

/** A deletion of nothing is `not_found` too, and keeps nothing from being applied. */
const isRejected = (outcome: Outcome, { condition }: GuardedWrite['mutation']['guard']): boolean =>
  outcome === 'not_found' ? condition?.kind === 'exists' : outcome !== 'applied';
