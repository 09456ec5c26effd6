import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import {
  type DeleteRequest,
  encodeDeleteRequest,
  encodeDeleteResult,
  encodeGetRequest,
  encodeListGroupsRequest,
  encodeListRequest,
  encodeSetRequest,
  encodeSetResult,
  type GetRequest,
  type ListRequest,
  type SetRequest,
  type UpdateRequest,
} from '../../generated/messages/functions.js';
import type { Source } from '../delivery/port.js';
import type {
  Change,
  Cursor,
  GroupAddress,
  ItemAddress,
  Since,
  Snapshot,
  TraceContext,
} from '../domain/change.js';
import { StreamError } from '../domain/errors.js';
import { asJson, jsonOf, NULL, sliceField } from '../domain/json-text.js';
import type { Store } from '../store/port.js';
import { READ_FIELDS, refuseFields, WRITE_FIELDS } from './custom-options.js';
import { KeyedLock } from './keyed-lock.js';
import type { FunctionCaller } from './service-port.js';

const implementing = (functionId: string, stream: string): string => `${functionId}(${stream})`;

/**
 * Streams that workers implement themselves: a registered `stream::set(<name>)` stands in for the built-in storage of
 * that stream and function (D17). Nobody sequences their changes, so they carry no seq and every
 * resume is a full sync.
 */
export class CustomStreams {
  readonly #functions: FunctionCaller;
  readonly #store: Store;
  readonly #changed: (change: Change) => void;
  readonly #updates = new KeyedLock();

  /** @param changed fires the triggers of a change */
  constructor(functions: FunctionCaller, store: Store, changed: (change: Change) => void) {
    this.#functions = functions;
    this.#store = store;
    this.#changed = changed;
  }

  /** @throws StreamError `invalid_input`, as all of these, when the caller asks for what workers do not know */
  set(at: ItemAddress, input: SetRequest, trace: TraceContext | undefined): Promise<JsonText> | undefined {
    if (!this.#has(FUNCTION.set, at.stream)) return undefined;
    refuseFields(input, WRITE_FIELDS);
    return this.#set(at, input.data, trace).then(({ old, next }) =>
      encodeSetResult({ ...NO_RECEIPT, old_value: old ?? NULL, new_value: next }),
    );
  }

  get(
    at: ItemAddress,
    input: GetRequest,
    trace: TraceContext | undefined,
  ): Promise<JsonText | undefined> | undefined {
    if (!this.#has(FUNCTION.get, at.stream)) return undefined;
    refuseFields(input, READ_FIELDS);
    return this.#get(at, trace);
  }

  delete(
    at: ItemAddress,
    input: DeleteRequest,
    trace: TraceContext | undefined,
  ): Promise<JsonText> | undefined {
    if (!this.#has(FUNCTION.delete, at.stream)) return undefined;
    refuseFields(input, WRITE_FIELDS);
    const payload = encodeDeleteRequest({ ...NO_OPTIONS, ...itemFields(at) });
    return this.#call(FUNCTION.delete, at.stream, payload, trace).then(async (result) => {
      const old = present(result && sliceField(result, 'old_value'));
      if (old !== undefined) await this.#announce(at, 'delete', old, old, trace);
      return encodeDeleteResult({ ...NO_RECEIPT, old_value: old ?? NULL });
    });
  }

  list(at: GroupAddress, input: ListRequest, trace: TraceContext | undefined): Promise<JsonText> | undefined {
    if (!this.#has(FUNCTION.list, at.stream)) return undefined;
    refuseFields(input, READ_FIELDS);
    return this.#list(at, trace);
  }

  /** @throws StreamError `invalid_input`: nobody but the worker can write several items in one step */
  refuseTransaction(stream: string): void {
    if (this.#has(FUNCTION.set, stream))
      throw new StreamError('invalid_input', 'stream_name: a custom stream takes no transactions');
  }

  #list(at: GroupAddress, trace: TraceContext | undefined): Promise<JsonText> {
    const payload = encodeListRequest({
      stream_name: at.stream,
      group_id: at.group,
      items: undefined,
      limit: undefined,
      after: undefined,
    });
    return this.#call(FUNCTION.list, at.stream, payload, trace).then((result) => result ?? asJson('[]'));
  }

  listGroups(stream: string, trace: TraceContext | undefined): Promise<JsonText> | undefined {
    if (!this.#has(FUNCTION.listGroups, stream)) return undefined;
    const payload = encodeListGroupsRequest({ stream_name: stream });
    return this.#call(FUNCTION.listGroups, stream, payload, trace).then((result) => result ?? asJson('[]'));
  }

  /**
   * SDKs before 0.12 register no update function: the ops are then applied between the stream's own get and set,
   * one update of an item at a time on this node.
   */
  update(
    at: ItemAddress,
    input: UpdateRequest,
    apply: (current: JsonText | undefined) => JsonText,
    trace: TraceContext | undefined,
    result: (old: JsonText | undefined, next: JsonText) => JsonText,
  ): Promise<JsonText> | undefined {
    if (!this.#has(FUNCTION.set, at.stream) || !this.#has(FUNCTION.get, at.stream)) return undefined;
    refuseFields(input, WRITE_FIELDS);
    return this.#updates.run(`${at.stream}\u0000${at.group}\u0000${at.item}`, async () => {
      const old = await this.#get(at, trace);
      const stored = await this.#set(at, apply(old), trace);
      return result(old, stored.next);
    });
  }

  /** What joins of a custom stream get, from its own functions; undefined when the stream is not one. */
  sourceOf(stream: string): Source | undefined {
    if (!this.#has(FUNCTION.list, stream)) return undefined;
    const snapshot = (at: GroupAddress, item: string | undefined): Promise<Snapshot> =>
      this.#snapshot(at, item);
    const reset = async (at: GroupAddress, _cursor: Cursor): Promise<Since> => {
      return { kind: 'reset', reason: 'epoch', snapshot: await this.#snapshot(at, undefined) };
    };
    return {
      isOrderedByTime: true,
      snapshot,
      changesSince: reset,
      watch: (at) => this.#store.watch(at),
      unwatch: (at) => this.#store.unwatch(at),
    };
  }

  async #snapshot(at: GroupAddress, item: string | undefined): Promise<Snapshot> {
    // Before the call: the result holds what was announced until here, and may hold more, which then comes once more.
    const { timestamp } = await this.#store.snapshot(at);
    const items = [];
    if (item !== undefined && this.#has(FUNCTION.get, at.stream)) {
      const value = await this.#get({ ...at, item }, undefined);
      if (value !== undefined) items.push({ id: item, rev: 0, created: 0, timestamp, value });
    } else {
      const listed: unknown = JSON.parse(await this.#list(at, undefined));
      for (const value of Array.isArray(listed) ? listed : []) {
        const id: unknown = (value as { id?: unknown } | null)?.id;
        items.push({
          id: typeof id === 'string' ? id : '',
          rev: 0,
          created: 0,
          timestamp,
          value: jsonOf(value),
        });
      }
    }
    return { epoch: '', seq: 0, timestamp, items };
  }

  #has(functionId: string, stream: string): boolean {
    return this.#functions.hasCustomStreams && this.#functions.has(implementing(functionId, stream));
  }

  async #get(at: ItemAddress, trace: TraceContext | undefined): Promise<JsonText | undefined> {
    return present(
      await this.#call(
        FUNCTION.get,
        at.stream,
        encodeGetRequest({ ...itemFields(at), items: undefined }),
        trace,
      ),
    );
  }

  async #set(
    at: ItemAddress,
    value: JsonText,
    trace: TraceContext | undefined,
  ): Promise<{ old: JsonText | undefined; next: JsonText }> {
    const payload = encodeSetRequest({ ...NO_OPTIONS, ...itemFields(at), data: value, ttl_ms: undefined });
    const result = await this.#call(FUNCTION.set, at.stream, payload, trace);
    const old = present(result && sliceField(result, 'old_value'));
    const next = (result && sliceField(result, 'new_value')) ?? value;
    await this.#announce(at, old === undefined ? 'create' : 'update', next, old, trace);
    return { old, next };
  }

  async #announce(
    at: ItemAddress,
    kind: Change['kind'],
    value: JsonText,
    old: JsonText | undefined,
    trace: TraceContext | undefined,
  ): Promise<void> {
    this.#changed(await this.#store.announce({ ...at, kind, value, old, trace }));
  }

  #call(
    functionId: string,
    stream: string,
    payload: JsonText,
    trace: TraceContext | undefined,
  ): Promise<JsonText | undefined> {
    const id = implementing(functionId, stream);
    return new Promise((resolve, reject) => {
      this.#functions.invoke(id, payload, { trace }, (failure, result) => {
        if (failure === undefined) resolve(result);
        else reject(new StreamError('custom_stream', `${id} failed: ${failure.code}: ${failure.message}`));
      });
    });
  }
}

const NO_RECEIPT = { rev: undefined, epoch: undefined, outcome: undefined };
const NO_OPTIONS = {
  if_rev: undefined,
  if_value: undefined,
  if_absent: undefined,
  if_exists: undefined,
  idempotency_key: undefined,
  return: undefined,
};

const present = (value: JsonText | undefined): JsonText | undefined => (value === NULL ? undefined : value);

const itemFields = ({ stream, group, item }: ItemAddress) => ({
  stream_name: stream,
  group_id: group,
  item_id: item,
});
