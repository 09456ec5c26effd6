import type { ClientCase } from '../script.js';
import { changeCases } from './changes.js';
import { opsCases } from './ops.js';
import { refusalCases } from './refusals.js';
import { resumeCases } from './resume.js';

/** Every script there is, in the order of reports. */
export const CLIENT_CASES: readonly ClientCase[] = [
  ...changeCases,
  ...resumeCases,
  ...refusalCases,
  ...opsCases,
];
