import { ERROR_CODE, FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** `delete` refuses an input without a field that no specification has. */
export const defect: Defect = {
  id: 'delete-requires-a-reason',
  among: ['functions/*', 'socket/*'],
  breaks: [
    'functions/get-after-delete-answers-nothing',
    'functions/delete-answers-the-removed-value',
    'functions/delete-of-a-missing-item-answers-null',
    'functions/delete-twice-answers-null-the-second-time',
    'functions/delete-leaves-other-items',
    'functions/set-after-delete-starts-anew',
    'functions/list-leaves-out-deleted-items',
    'functions/list-puts-an-item-that-was-deleted-and-set-again-last',
    'functions/a-group-without-items-is-not-listed',
    'functions/list-all-leaves-out-a-stream-without-items',
    'functions/delete-names-the-field-that-is-missing',
    'functions/delete-refuses-names-that-are-no-strings',
    'functions/delete-refuses-empty-names',
    'socket/the-sync-of-a-deleted-item-is-null',
    'socket/the-sync-leaves-out-deleted-items',
    'socket/a-group-subscription-gets-every-change',
    'socket/an-item-subscription-gets-only-its-item',
    'socket/a-set-after-a-delete-is-a-create',
    'socket/a-delete-carries-the-removed-value',
    'socket/a-delete-of-nothing-is-not-announced',
    'socket/timestamps-increase-over-deletes-and-creates',
    'socket/a-join-during-writes-misses-nothing-and-repeats-nothing-old',
  ],
  damage: () =>
    onCalls(FUNCTION.delete, (message, line) => {
      const { invocation_id, function_id, data } = message;
      if (data !== null && typeof data === 'object' && 'reason' in data) return undefined;
      const error = { code: ERROR_CODE.delete, message: 'reason: is required' };
      line.down({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, error });
      return [];
    }),
};
