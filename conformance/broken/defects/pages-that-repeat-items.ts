import { FUNCTION } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** Every page is the first. */
export const defect: Defect = {
  id: 'pages-that-repeat-items',
  among: ['revisions/pages-*', 'revisions/list-*', 'revisions/get-*', 'revisions/a-page-*'],
  breaks: ['revisions/pages-are-stable-under-writes', 'revisions/a-page-is-asked-for-with-items'],
  damage: () =>
    onCalls(FUNCTION.list, (message) => {
      const { after, ...data } = message.data ?? {};
      return after === undefined ? undefined : [{ ...message, data }];
    }),
};
