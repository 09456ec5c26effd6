import type { CustomEvent } from '../../domain/change.js';
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
    set: set(context),
    get: get(context),
    delete: remove(context),
    list: list(context),
    listGroups: listGroups(context),
    listAll: listAll(context),
    send: send(context, sent),
    update: update(context),
    transact: transact(context),
  }) satisfies StreamHandlers<CallContext>;
