import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** A bad message of a client gets no answer. */
export const defect: Defect = {
  id: 'silent-refusals',
  among: ['socket/*'],
  breaks: [
    'socket/what-is-no-json-is-answered-with-an-error',
    'socket/a-message-of-an-unknown-type-is-answered-with-an-error',
    'socket/a-join-without-its-fields-is-answered-with-an-error',
    'socket/a-join-with-fields-of-the-wrong-type-is-answered-with-an-error',
    'socket/a-refused-join-names-its-subscription',
    'socket/empty-names-are-refused',
    'socket/a-subscription-id-in-use-is-refused-for-another-group',
    'socket/a-refused-message-changes-no-subscription',
  ],
  damage: () => ({
    socket: () => ({ down: (message) => (message.type === SOCKET_MESSAGE.error ? [] : undefined) }),
  }),
};
