import { FUNCTION } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** An item goes with a connection that it belonged to once, whoever wrote it since. */
export const defect: Defect = {
  id: 'owners-outlive-a-set',
  among: ['owned/an-*'],
  breaks: [
    'owned/an-owner-goes-with-a-set-and-stays-with-an-update',
    'owned/an-item-that-was-made-again-is-not-the-former-owners',
  ],
  damage: () => {
    const owners = new Map<string, unknown>();
    return onCalls(FUNCTION.set, (message) => {
      const { stream_name, group_id, item_id, owner } = message.data;
      const item = JSON.stringify([stream_name, group_id, item_id]);
      if (owner !== undefined) owners.set(item, owner);
      const former = owners.get(item);
      if (owner !== undefined || former === undefined) return undefined;
      return [{ ...message, data: { ...message.data, owner: former } }];
    });
  },
};
