import type { TransactWrite } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeTransactResult } from '../../../generated/messages/functions.js';
import { checkName } from '../../domain/address.js';
import type { OpsText } from '../../domain/change.js';
import type { IdempotencyKey } from '../../domain/condition.js';
import { mapReady } from '../../domain/deferred.js';
import { StreamError } from '../../domain/errors.js';
import { elementsOf, sliceField } from '../../domain/json-text.js';
import type { Lifetime } from '../../domain/lifetime.js';
import { applyUpdate, exactOps, succeededOps, type Updated } from '../../domain/update-ops.js';
import type { GuardedWrite, Transacted } from '../../store/port.js';
import { checkValue, groupAddress, refuseShortened } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext, ServiceConfig } from '../function-context.js';
import type { LifetimeFields } from '../lifetimes.js';
import { conditionOf, idempotencyKey } from '../write-options.js';
import { opErrors } from './update.js';

/** Characters of a transaction's input. */
const MAX_LENGTH = 1024 * 1024;

/** Applies writes to several items of a group, all or none. */
export function transact({
  store,
  custom,
  lifetimes,
  config,
}: FunctionContext): StreamHandlers<CallContext>['transact'] {
  return (input, { trace }, text) => {
    const at = groupAddress(input, config.current);
    if (text.length > MAX_LENGTH)
      throw new StreamError(
        'limit',
        `writes: are ${text.length} characters long, at most ${MAX_LENGTH} are allowed`,
      );
    custom.refuseTransaction(at.stream);
    if (store.transact === undefined)
      throw new StreamError(
        'unsupported',
        `stream::transact: the store ${store.kind} does not write several items in one step`,
      );
    const { idempotency_key: named } = input;
    const key = named === undefined ? undefined : idempotencyKey(named, config.current);
    const texts = elementsOf(sliceField(text, 'writes')!);
    const writes = input.writes.map(
      (write, index) =>
        new Write(write, texts[index]!, index, key, config.current, (fields, kind, place) =>
          lifetimes.of(fields, kind, at.stream, place),
        ),
    );
    refuseRepeated(writes);
    const result = ({ outcome, epoch, seq, results }: Transacted): JsonText =>
      encodeTransactResult({
        outcome,
        epoch,
        seq,
        results: results.map((each, index) => ({
          ...each,
          errors: outcome === 'applied' ? opErrors(writes[index]!.updated.errors) : undefined,
        })),
      });
    return mapReady(store.transact(at, writes, trace), result);
  };
}

/** One write as the store takes it, and what its ops said. */
class Write implements GuardedWrite {
  readonly item: string;
  readonly mutation: GuardedWrite['mutation'];
  /** Of the last run of its ops. */
  updated: Omit<Updated<unknown>, 'value'> = { errors: [], hasGrownString: false };

  /** @param text of the write, for what parsing does not tell. @throws StreamError naming the field */
  constructor(
    write: TransactWrite,
    text: JsonText,
    index: number,
    key: IdempotencyKey | undefined,
    config: ServiceConfig,
    lifeOf: (fields: LifetimeFields, kind: 'set' | 'update', place: string) => Lifetime | undefined,
  ) {
    const place = `writes[${index}].`;
    checkName(`${place}item_id`, write.item_id, config.limits.max_name_bytes);
    refuseShortened(`${place}item_id`, write.item_id);
    this.item = write.item_id;
    const condition = conditionOf({ ...write, if_value: sliceField(text, 'if_value') }, config, place);
    const guard = { condition, key };
    const life = write.type === 'delete' ? undefined : lifeOf(write, write.type, place);
    if (write.type === 'delete') this.mutation = { kind: 'delete', guard };
    else if (write.type === 'set') {
      const value = sliceField(text, 'data')!;
      checkValue(`${place}data`, value, config);
      this.mutation = { kind: 'set', value, guard, life };
    } else {
      const exact = exactOps(text, write.ops);
      const apply = (current: JsonText | undefined): JsonText => {
        const updated = applyUpdate(current, exact);
        checkValue(`${place}ops`, updated.value, config);
        this.updated = updated;
        return updated.value;
      };
      const ops = (): OpsText => succeededOps(write.ops, text, this.updated);
      this.mutation = { kind: 'update', apply, ops, guard, life };
    }
  }
}

function refuseRepeated(writes: readonly Write[]): void {
  const items = new Set<string>();
  for (const [index, { item }] of writes.entries()) {
    if (items.has(item))
      throw new StreamError(
        'invalid_input',
        `writes[${index}].item_id: is written by an earlier write already`,
      );
    items.add(item);
  }
}
