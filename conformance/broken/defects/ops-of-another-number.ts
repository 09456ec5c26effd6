import { OPS_CASES, onOps } from '../damages.js';
import type { Defect } from '../defect.js';

/** Ops call the group by a number that nobody was told. */
export const defect: Defect = {
  id: 'ops-of-another-number',
  among: OPS_CASES,
  breaks: [
    'ops/an-update-comes-as-the-ops-that-made-it',
    'ops/several-ops-come-in-their-order',
    'ops/after-a-whole-value-ops-go-on-from-its-rev',
    'ops/a-path-takes-ops',
    'ops/strings-appended-to-an-array-stay-apart',
  ],
  damage: () => onOps((message) => [{ ...message, n: message.n + 1_000 }]),
};
