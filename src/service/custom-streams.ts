import { FUNCTION } from '../../generated/constants.js';
import type { UpdateOpError } from '../../generated/functions.js';
import type { JsonText } from '../../generated/json-text.js';
import {
  type DeleteRequest,
  encodeDeleteResult,
  encodeSetResult,
  encodeUpdateResult,
  type GetRequest,
  type ListRequest,
  type SetRequest,
  type UpdateRequest,
} from '../../generated/messages/functions.js';
import type { Source } from '../delivery/port.js';
import type { Change, GroupAddress, ItemAddress, TraceContext } from '../domain/change.js';
import type { Eventual } from '../domain/deferred.js';
import { StreamError } from '../domain/errors.js';
import { NULL, sliceField } from '../domain/json-text.js';
import type { Store } from '../store/port.js';
import { CustomCalls } from './custom-calls.js';
import { READ_FIELDS, refuseFields, WRITE_FIELDS } from './custom-options.js';
import { customSource } from './custom-source.js';
import { KeyedLock } from './keyed-lock.js';
import type { FunctionCaller } from './service-port.js';

/**
 * Streams that workers implement themselves: a registered `stream::set(<name>)` stands in for the built-in storage of
 * that stream and function (D17). Nobody sequences their changes, so they carry no seq and every
 * resume is a full sync.
 */
export class CustomStreams {
  readonly #calls: CustomCalls;
  readonly #store: Store;
  readonly #source: Source;
  readonly #updates = new KeyedLock();
  /** As of FunctionCaller; undefined where it is always known which streams are custom. */
  readonly settle: ((stream: string) => Promise<void> | undefined) | undefined;

  /** @param changed fires the triggers of a change */
  constructor(functions: FunctionCaller, store: Store, changed: (change: Change) => void) {
    this.#calls = new CustomCalls(functions, store, changed);
    this.#store = store;
    this.#source = customSource(this.#calls, store);
    this.settle = functions.settle === undefined ? undefined : (stream) => functions.settle?.(stream);
  }

  /** @throws StreamError `invalid_input`, as all of these, when the caller asks for what workers do not know */
  set(at: ItemAddress, input: SetRequest, trace: TraceContext | undefined): Promise<JsonText> | undefined {
    if (!this.#calls.has(FUNCTION.set, at.stream)) return undefined;
    refuseFields(input, WRITE_FIELDS);
    return this.#calls
      .set(at, input.data, trace)
      .then(({ old, next }) => encodeSetResult({ ...NO_RECEIPT, old_value: old ?? NULL, new_value: next }));
  }

  get(
    at: ItemAddress,
    input: GetRequest,
    trace: TraceContext | undefined,
  ): Promise<JsonText | undefined> | undefined {
    if (!this.#calls.has(FUNCTION.get, at.stream)) return undefined;
    refuseFields(input, READ_FIELDS);
    return this.#calls.get(at, trace);
  }

  delete(
    at: ItemAddress,
    input: DeleteRequest,
    trace: TraceContext | undefined,
  ): Promise<JsonText> | undefined {
    if (!this.#calls.has(FUNCTION.delete, at.stream)) return undefined;
    refuseFields(input, WRITE_FIELDS);
    return this.#calls
      .delete(at, trace)
      .then((old) => encodeDeleteResult({ ...NO_RECEIPT, old_value: old ?? NULL }));
  }

  list(at: GroupAddress, input: ListRequest, trace: TraceContext | undefined): Promise<JsonText> | undefined {
    if (!this.#calls.has(FUNCTION.list, at.stream)) return undefined;
    refuseFields(input, READ_FIELDS);
    return this.#calls.list(at, trace);
  }

  /** @throws StreamError `invalid_input`: nobody but the worker can write several items in one step */
  refuseTransaction(stream: string): void {
    if (this.#calls.has(FUNCTION.set, stream))
      throw new StreamError('invalid_input', 'stream_name: a custom stream takes no transactions');
  }

  /** @throws StreamError `invalid_input`: what a worker keeps goes with nobody's connection */
  refusePresence(stream: string): void {
    if (this.#calls.has(FUNCTION.set, stream))
      throw new StreamError('invalid_input', 'presence: is not offered by a custom stream');
  }

  listGroups(stream: string, trace: TraceContext | undefined): Promise<JsonText> | undefined {
    if (!this.#calls.has(FUNCTION.listGroups, stream)) return undefined;
    return this.#calls.listGroups(stream, trace);
  }

  /**
   * By the stream's own update function, which gets the ops. No SDK registers one by itself: where there is none, the
   * ops are applied between the stream's own get and set, one update of an item at a time on this node (D17).
   *
   * @param text of the whole input
   */
  update(
    at: ItemAddress,
    input: UpdateRequest,
    text: JsonText,
    apply: (current: JsonText | undefined) => JsonText,
    trace: TraceContext | undefined,
    result: (old: JsonText | undefined, next: JsonText) => JsonText,
  ): Promise<JsonText> | undefined {
    const calls = this.#calls;
    if (calls.has(FUNCTION.update, at.stream)) {
      refuseFields(input, WRITE_FIELDS);
      return this.#update(at, sliceField(text, 'ops')!, trace);
    }
    if (!calls.has(FUNCTION.set, at.stream) || !calls.has(FUNCTION.get, at.stream)) return undefined;
    refuseFields(input, WRITE_FIELDS);
    return this.#updates.run(`${at.stream}\u0000${at.group}\u0000${at.item}`, async () => {
      const old = await calls.get(at, trace);
      const stored = await calls.set(at, apply(old), trace);
      return result(old, stored.next);
    });
  }

  /** What joins of a stream get: from its own functions when it is a custom one, which may have to be asked first. */
  sourceOf(stream: string): Source {
    const own = (): Source => (this.#calls.has(FUNCTION.list, stream) ? this.#source : this.#store);
    const { settle } = this;
    if (settle === undefined) return own();
    const whenSettled = <T>(ask: () => Eventual<T>): Eventual<T> => {
      const settling = settle(stream);
      return settling === undefined ? ask() : settling.then(ask);
    };
    return {
      get isOrderedByTime() {
        return own().isOrderedByTime === true;
      },
      snapshot: (at, item) => whenSettled(() => own().snapshot(at, item)),
      changesSince: (at, cursor) => whenSettled(() => own().changesSince(at, cursor)),
      watch: (at) => this.#store.watch(at),
      unwatch: (at) => this.#store.unwatch(at),
    };
  }

  async #update(at: ItemAddress, ops: JsonText, trace: TraceContext | undefined): Promise<JsonText> {
    const { old, next, errors } = await this.#calls.update(at, ops, trace);
    return encodeUpdateResult({
      ...NO_RECEIPT,
      old_value: old ?? NULL,
      new_value: next,
      errors: errors && opErrors(errors),
    });
  }
}

const NO_RECEIPT = { rev: undefined, epoch: undefined, outcome: undefined };

/** Those that are errors of ops. */
function opErrors(errors: JsonText) {
  const given: unknown = JSON.parse(errors);
  if (!Array.isArray(given)) return undefined;
  const found = given.filter(
    (one: Partial<UpdateOpError> | null) =>
      typeof one?.op_index === 'number' && typeof one.code === 'string' && typeof one.message === 'string',
  );
  return found.length === 0 ? undefined : found.map((one: UpdateOpError) => ({ doc_url: undefined, ...one }));
}
