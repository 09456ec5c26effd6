import assert from 'node:assert/strict';
import type { Condition, Guard, Outcome } from '../../domain/condition.js';
import type { Committed, Store } from '../port.js';
import { at, commit, json } from './writing.js';

export const WINDOW_MS = 600_000;
export const keyed = (token: string, windowMs = WINDOW_MS): Guard => ({ key: { token, windowMs } });
export const ifRev = (rev: number): Condition => ({ kind: 'rev', rev });
export const ifValue = (value: string): Condition => ({ kind: 'value', value: json(value) });

export const put = (store: Store, item: string, value: string, guard: Guard): Promise<Committed> =>
  commit(store, at(item), { kind: 'set', value: json(value), guard });
export const drop = (store: Store, item: string, guard: Guard): Promise<Committed> =>
  commit(store, at(item), { kind: 'delete', guard });

export function says({ change, receipt }: Committed, outcome: Outcome, rev: number): void {
  assert.deepEqual({ outcome: receipt?.outcome, rev: receipt?.rev }, { outcome, rev });
  assert.equal(change !== undefined, outcome === 'applied');
}
