import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `list` has the reverse order of insertion. */
export const defect: Defect = {
  id: 'unsorted-list',
  among: ['functions/*', 'durability/*', 'custom-streams/*'],
  breaks: [
    'functions/list-has-insertion-order',
    'functions/list-keeps-the-place-of-an-overwritten-item',
    'functions/list-puts-an-item-that-was-deleted-and-set-again-last',
    'custom-streams/list-answers-what-the-function-returns',
  ],
  damage: () => onResults(FUNCTION.list, (message) => [{ ...message, result: message.result.toReversed() }]),
};
