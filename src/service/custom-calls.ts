import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import {
  encodeDeleteRequest,
  encodeGetRequest,
  encodeListGroupsRequest,
  encodeListRequest,
  encodeSetRequest,
} from '../../generated/messages/functions.js';
import type { Change, GroupAddress, ItemAddress, TraceContext } from '../domain/change.js';
import { StreamError } from '../domain/errors.js';
import { asJson, NULL, quote, sliceField } from '../domain/json-text.js';
import type { Store } from '../store/port.js';
import type { FunctionCaller } from './service-port.js';

const implementing = (functionId: string, stream: string): string => `${functionId}(${stream})`;

/** What a worker says that it wrote; `old` undefined = nothing was there. */
export interface Written {
  readonly old: JsonText | undefined;
  readonly next: JsonText;
}

/**
 * Calls of the functions that implement streams, and the events of what they changed.
 * Everything that calls throws StreamError `custom_stream` when the function fails, or returns what it must not.
 */
export class CustomCalls {
  readonly #functions: FunctionCaller;
  readonly #store: Store;
  readonly #changed: (change: Change) => void;

  /** @param changed fires the triggers of a change */
  constructor(functions: FunctionCaller, store: Store, changed: (change: Change) => void) {
    this.#functions = functions;
    this.#store = store;
    this.#changed = changed;
  }

  /** True when a worker implements this function of the stream. */
  has(functionId: string, stream: string): boolean {
    return this.#functions.hasCustomStreams && this.#functions.has(implementing(functionId, stream));
  }

  async get(at: ItemAddress, trace: TraceContext | undefined): Promise<JsonText | undefined> {
    const payload = encodeGetRequest({ ...itemFields(at), items: undefined });
    return present(await this.#call(FUNCTION.get, at.stream, payload, trace));
  }

  /** The values of a group: the text of an array. */
  list({ stream, group }: GroupAddress, trace: TraceContext | undefined): Promise<JsonText> {
    const names = { stream_name: stream, group_id: group };
    const payload = encodeListRequest({ ...names, items: undefined, limit: undefined, after: undefined });
    return this.#array(FUNCTION.list, stream, payload, trace);
  }

  listGroups(stream: string, trace: TraceContext | undefined): Promise<JsonText> {
    const payload = encodeListGroupsRequest({ stream_name: stream });
    return this.#array(FUNCTION.listGroups, stream, payload, trace);
  }

  async set(at: ItemAddress, value: JsonText, trace: TraceContext | undefined): Promise<Written> {
    const payload = encodeSetRequest({
      ...NO_OPTIONS,
      ...itemFields(at),
      data: value,
      ttl_ms: undefined,
      owner: undefined,
    });
    return this.#written(FUNCTION.set, at, await this.#call(FUNCTION.set, at.stream, payload, trace), trace);
  }

  /** @param ops the text of an array. The result has the function's own `errors`, whatever they are. */
  async update(
    at: ItemAddress,
    ops: JsonText,
    trace: TraceContext | undefined,
  ): Promise<Written & { readonly errors: JsonText | undefined }> {
    const { stream, group, item } = at;
    const names = `"stream_name":${quote(stream)},"group_id":${quote(group)},"item_id":${quote(item)}`;
    const result = await this.#call(FUNCTION.update, stream, asJson(`{${names},"ops":${ops}}`), trace);
    const written = await this.#written(FUNCTION.update, at, result, trace);
    return { ...written, errors: present(result && sliceField(result, 'errors')) };
  }

  /** What was there, as the worker says; undefined = nothing, and nobody is told. */
  async delete(at: ItemAddress, trace: TraceContext | undefined): Promise<JsonText | undefined> {
    const payload = encodeDeleteRequest({ ...NO_OPTIONS, ...itemFields(at) });
    const result = await this.#call(FUNCTION.delete, at.stream, payload, trace);
    const old = present(result && sliceField(result, 'old_value'));
    if (old !== undefined) await this.#announce(at, 'delete', old, old, trace);
    return old;
  }

  /** Announces what the worker says that it wrote. Where it does not say, nobody knows what the item is now. */
  async #written(
    functionId: string,
    at: ItemAddress,
    result: JsonText | undefined,
    trace: TraceContext | undefined,
  ): Promise<Written> {
    const next = result && sliceField(result, 'new_value');
    if (result === undefined || next === undefined) {
      const id = implementing(functionId, at.stream);
      const message = `${id} returned no new_value: {old_value, new_value} is expected`;
      throw new StreamError('custom_stream', message);
    }
    const old = present(sliceField(result, 'old_value'));
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

  async #array(
    functionId: string,
    stream: string,
    payload: JsonText,
    trace: TraceContext | undefined,
  ): Promise<JsonText> {
    const result = (await this.#call(functionId, stream, payload, trace)) ?? NULL;
    if (result === NULL) return asJson('[]');
    if (result.startsWith('[')) return result;
    throw new StreamError('custom_stream', `${implementing(functionId, stream)} returned no array`);
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
