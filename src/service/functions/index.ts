import type { StreamHandlers } from '../../../generated/handlers.js';
import type { CustomEvent } from '../../domain/change.js';
import type { CallContext, Parts } from '../parts.js';
import { remove } from './delete.js';
import { get } from './get.js';
import { list } from './list.js';
import { listAll } from './list-all.js';
import { listGroups } from './list-groups.js';
import { send } from './send.js';
import { set } from './set.js';
import { update } from './update.js';

/** The handwritten side of the API reference: a function added there does not compile until it has a handler here. */
export const handlers = (parts: Parts, sent: (event: CustomEvent) => void) =>
  ({
    set: set(parts),
    get: get(parts),
    delete: remove(parts),
    list: list(parts),
    listGroups: listGroups(parts),
    listAll: listAll(parts),
    send: send(parts, sent),
    update: update(parts),
  }) satisfies StreamHandlers<CallContext>;
