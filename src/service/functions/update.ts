import type { UpdateOpError } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeUpdateResult, type UpdateRequest } from '../../../generated/messages/functions.js';
import { addressKey } from '../../domain/address.js';
import { AppendsInText } from '../../domain/append-in-text.js';
import type { OpsText } from '../../domain/change.js';
import { mapReady } from '../../domain/deferred.js';
import { NULL } from '../../domain/json-text.js';
import { applyUpdate, exactOps, succeededOps } from '../../domain/update-ops.js';
import type { Committed } from '../../store/port.js';
import type { Decided } from '../../wire/decided.js';
import { checkLength, checkValue, writtenAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';
import { receiptFields, type WriteField, writeOptions } from '../write-options.js';

type Input = Decided<
  UpdateRequest,
  'stream_name' | 'group_id' | 'item_id' | 'ops' | 'ttl_ms' | 'owner' | WriteField
>;

/** The errors of ops as results carry them. */
export const opErrors = (errors: readonly UpdateOpError[]) =>
  errors.length === 0 ? undefined : errors.map((error) => ({ doc_url: undefined, ...error }));

/** Applies ops to one item, atomically; a failed op is reported and the others still apply. */
export function update({
  custom,
  owners,
  lifetimes,
  config,
}: FunctionContext): StreamHandlers<CallContext>['update'] {
  const appends = new AppendsInText();
  return (input: Input, { trace }, text) => {
    const at = writtenAddress(input, config.current);
    const exact = exactOps(text, input.ops);
    const options = writeOptions(input, config.current);
    let errors: readonly UpdateOpError[] = [];
    let hasGrownString = true;
    // Pure, and the errors are those of its last run: a store may run it again on a newer value.
    const apply = (current: JsonText | undefined): JsonText => {
      const grown = current === undefined ? undefined : appends.apply(addressKey(at), current, input.ops);
      if (grown !== undefined) {
        // It nests as before.
        checkLength('ops', grown, config.current);
        errors = [];
        hasGrownString = true;
        return grown;
      }
      const outcome = applyUpdate(current, exact);
      checkValue('ops', outcome.value, config.current);
      ({ errors, hasGrownString } = outcome);
      return outcome.value;
    };
    const ops = (): OpsText => succeededOps(input.ops, text, { errors, hasGrownString });
    const result = (old: JsonText | undefined, next: JsonText): JsonText =>
      encodeUpdateResult({
        old_value: old ?? NULL,
        new_value: next,
        errors: opErrors(errors),
        rev: undefined,
        epoch: undefined,
        outcome: undefined,
      });
    const own = custom.update(at, input, text, apply, trace, result);
    if (own !== undefined) return own;
    const life = lifetimes.of(input, 'update', at.stream);
    if (options === undefined) {
      const mutation =
        life === undefined
          ? ({ kind: 'update', apply, ops } as const)
          : ({ kind: 'update', apply, ops, life } as const);
      const committed = owners.commit(at, mutation, trace);
      return mapReady(committed, ({ change, old }) => result(old, change?.value ?? old ?? NULL));
    }
    const { guard, isBrief } = options;
    const guarded = ({ change, old, receipt }: Committed): JsonText =>
      encodeUpdateResult({
        old_value: isBrief ? undefined : (old ?? NULL),
        new_value: isBrief ? undefined : (change?.value ?? old ?? NULL),
        errors: receipt?.outcome === 'applied' ? opErrors(errors) : undefined,
        ...receiptFields(options, receipt),
      });
    return mapReady(owners.commit(at, { kind: 'update', apply, ops, guard, life }, trace), guarded);
  };
}
