import { OPS_CASES, onOps } from '../damages.js';
import type { Defect } from '../defect.js';

/** Ops that failed are told with those that did not. */
export const defect: Defect = {
  id: 'failed-ops-are-told',
  among: OPS_CASES,
  breaks: [
    'ops/an-update-comes-as-the-ops-that-made-it',
    'ops/a-failed-op-is-not-told',
    'ops/several-ops-come-in-their-order',
    'ops/after-a-whole-value-ops-go-on-from-its-rev',
    'ops/strings-appended-to-an-array-stay-apart',
    'ops/who-does-not-ask-gets-whole-values-beside-those-who-do',
  ],
  damage: () =>
    onOps((message) => {
      const failed = { type: 'increment', path: 'text', by: 1 };
      return [{ ...message, ops: [...message.ops, failed] }];
    }),
};
