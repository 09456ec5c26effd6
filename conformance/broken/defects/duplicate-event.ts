import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** Creates are announced twice. */
export const defect: Defect = {
  id: 'duplicate-event',
  among: ['socket/*'],
  breaks: [
    'socket/a-group-subscription-gets-every-change',
    'socket/an-item-subscription-gets-only-its-item',
    'socket/one-socket-holds-many-subscriptions',
    'socket/two-subscriptions-to-a-group-get-a-change-once',
    'socket/a-group-and-an-item-subscription-get-a-change-once',
    'socket/after-one-of-two-leaves-a-change-still-comes-once',
    'socket/a-join-on-a-live-socket-repeats-nothing-but-its-sync',
    'socket/an-update-is-announced-once-however-many-ops-it-has',
    'socket/changes-of-a-group-come-in-their-order',
    'socket/what-one-worker-sends-at-once-comes-in-the-order-sent',
    'socket/timestamps-increase-strictly-in-a-burst-to-one-item',
    'socket/timestamps-increase-strictly-across-the-items-of-a-group',
    'socket/timestamps-increase-over-deletes-and-creates',
    'socket/after-a-join-changes-of-an-item-only-go-forward',
    'socket/a-stalled-client-delays-nobody',
    'socket/a-path-subscription-takes-joins-too',
    'socket/a-path-and-a-join-of-the-same-group-get-a-change-once',
    'socket/nonsense-of-one-client-does-not-reach-others',
  ],
  damage: () => onEvents([STREAM_EVENT.create], (message) => [message, message]),
};
