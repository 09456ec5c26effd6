import type { JsonText } from '../../../generated/json-text.js';
import { encodeListPage, encodeListResult, type ListRequest } from '../../../generated/messages/functions.js';
import type { Snapshot } from '../../domain/change.js';
import { type Eventual, mapReady } from '../../domain/deferred.js';
import { StreamError } from '../../domain/errors.js';
import { pageOf } from '../../domain/page.js';
import type { Decided } from '../../wire/decided.js';
import { groupAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<ListRequest, 'stream_name' | 'group_id' | 'items' | 'limit' | 'after'>;

/** A group's values in creation order; with `items` a page of its items with their revs, and the cursor that it is a snapshot of. */
export function list({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['list'] {
  return (input: Input, { trace }) => {
    const at = groupAddress(input, config.current);
    const { items = false, limit, after } = input;
    if (!items && (limit !== undefined || after !== undefined)) {
      const field = limit === undefined ? 'after' : 'limit';
      throw new StreamError('invalid_input', `${field}: is for a list with items: true`);
    }
    const own = custom.list(at, input, trace);
    if (own !== undefined) return own;
    if (!items) return mapReady(store.list(at), encodeListResult);
    const page = (snapshot: Snapshot): JsonText => pageText(snapshot, limit, after);
    const settled = store.settled(at);
    const snapshot = (): Eventual<Snapshot> => store.snapshot(at);
    // A snapshot holds committed writes only; the caller's own are waited for.
    return settled === undefined
      ? mapReady(snapshot(), page)
      : settled.then(async () => page(await snapshot()));
  };
}

function pageText(snapshot: Snapshot, limit: number | undefined, after: string | undefined): JsonText {
  const { epoch, seq } = snapshot;
  const { items, next } = pageOf(snapshot.items, limit ?? snapshot.items.length, after);
  return encodeListPage({
    epoch,
    seq,
    items: items.map(({ id, rev, created, value }) => ({ id, rev, created, data: value })),
    next,
  });
}
