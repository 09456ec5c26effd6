import type { JsonText } from '../../../generated/json-text.js';
import type { CustomEvent } from '../../domain/change.js';
import type { Eventual } from '../../domain/deferred.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';
import { remove } from './delete.js';
import { get } from './get.js';
import { list } from './list.js';
import { listAll } from './list-all.js';
import { listGroups } from './list-groups.js';
import { send } from './send.js';
import { set } from './set.js';
import { transact } from './transact.js';
import { update } from './update.js';

/** The handwritten side of the API reference: a function added there does not compile until it has a handler here. */
export const handlers = (context: FunctionContext, sent: (event: CustomEvent) => void) =>
  ({
    set: settled(context, set(context)),
    get: settled(context, get(context)),
    delete: settled(context, remove(context)),
    list: settled(context, list(context)),
    listGroups: settled(context, listGroups(context)),
    listAll: listAll(context),
    send: send(context, sent),
    update: settled(context, update(context)),
    transact: settled(context, transact(context)),
  }) satisfies StreamHandlers<CallContext>;

type Handler<Input, Result> = (input: Input, context: CallContext, text: JsonText) => Eventual<Result>;

/** Whether the stream is a custom one must be known before its storage is touched; calls that wait stay in their order. */
function settled<Input extends { readonly stream_name: string }, Result>(
  { custom }: FunctionContext,
  handler: Handler<Input, Result>,
): Handler<Input, Result> {
  if (custom.settle === undefined) return handler;
  const { settle } = custom;
  return (input, context, text) => {
    const settling = settle(input.stream_name);
    return settling === undefined
      ? handler(input, context, text)
      : settling.then(() => handler(input, context, text));
  };
}
