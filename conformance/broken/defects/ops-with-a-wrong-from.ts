import { OPS_CASES, onOps } from '../damages.js';
import type { Defect } from '../defect.js';

/** Ops say that they go on from where they lead. */
export const defect: Defect = {
  id: 'ops-with-a-wrong-from',
  among: OPS_CASES,
  breaks: [
    'ops/an-update-comes-as-the-ops-that-made-it',
    'ops/several-ops-come-in-their-order',
    'ops/ops-go-on-from-the-rev-before',
    'ops/after-a-whole-value-ops-go-on-from-its-rev',
    'ops/a-path-takes-ops',
    'ops/strings-appended-to-an-array-stay-apart',
  ],
  damage: () => onOps((message) => [{ ...message, from: message.seq }]),
};
