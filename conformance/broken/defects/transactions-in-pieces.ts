import { FUNCTION } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** The first write of a transaction is applied whatever becomes of the rest. */
export const defect: Defect = {
  id: 'transactions-in-pieces',
  among: ['revisions/*transaction*', 'revisions/one-*'],
  breaks: ['revisions/one-condition-that-fails-refuses-all'],
  damage: () =>
    onCalls(FUNCTION.transact, (message, line) => {
      const { writes, ...at } = message.data ?? {};
      const [first] = writes ?? [];
      if (writes?.length !== 3 || first.type !== 'set' || writes[1].if_rev === undefined) return undefined;
      line.up({
        type: message.type,
        function_id: FUNCTION.set,
        data: { ...at, item_id: first.item_id, data: first.data },
        action: { type: 'void' },
      });
      return undefined;
    }),
};
