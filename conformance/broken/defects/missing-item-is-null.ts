import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `get` of a missing item answers null, where engines answer nothing. */
export const defect: Defect = {
  id: 'missing-item-is-null',
  among: ['functions/*', 'update/*', 'durability/*'],
  breaks: [
    'functions/get-of-a-missing-item-answers-nothing',
    'functions/get-after-delete-answers-nothing',
    'functions/groups-of-one-stream-are-separate',
    'functions/send-stores-nothing',
    'update/refuses-ops-without-their-required-fields',
  ],
  damage: () =>
    onResults(FUNCTION.get, (message) => ('result' in message ? undefined : [{ ...message, result: null }])),
};
