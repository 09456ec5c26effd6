import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `list` leaves an item out. */
export const defect: Defect = {
  id: 'list-drops-the-last-item',
  among: ['functions/l*', 'functions/d*', 'update/*'],
  breaks: [
    'functions/delete-leaves-other-items',
    'functions/large-values-survive',
    'functions/list-answers-the-values-of-the-group',
    'functions/list-holds-overwritten-items-once',
    'functions/list-leaves-out-deleted-items',
    'functions/list-leaves-out-other-groups',
    'functions/list-has-insertion-order',
    'functions/list-keeps-the-place-of-an-overwritten-item',
    'functions/list-puts-an-item-that-was-deleted-and-set-again-last',
    'update/creates-a-missing-item',
  ],
  damage: () => onResults(FUNCTION.list, (message) => [{ ...message, result: message.result.slice(0, -1) }]),
};
