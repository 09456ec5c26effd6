import { OPS_CASES, onOps } from '../damages.js';
import type { Defect } from '../defect.js';

/** The second update that a connection is told as ops is lost, and later ones come as ops all the same. */
export const defect: Defect = {
  id: 'ops-after-a-gap',
  among: OPS_CASES,
  breaks: [
    'ops/ops-go-on-from-the-rev-before',
    'ops/after-a-whole-value-ops-go-on-from-its-rev',
    'ops/custom-events-are-told-between-ops',
    'ops/strings-appended-to-an-array-stay-apart',
  ],
  damage: () => {
    const told = new WeakMap<object, number>();
    return onOps((_, line) => {
      const count = (told.get(line) ?? 0) + 1;
      told.set(line, count);
      return count === 2 ? [] : undefined;
    });
  },
};
