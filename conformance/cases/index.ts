import type { Case } from '../runner/case.js';
import { itemCases } from './functions/items.js';
import { listCases } from './functions/lists.js';
import { refusalCases } from './functions/refusals.js';
import { valueCases } from './functions/values.js';

/** Every case there is, in the order of reports. */
export const CASES: readonly Case[] = [...itemCases, ...valueCases, ...listCases, ...refusalCases];
