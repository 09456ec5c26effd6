import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import type { SetResult, TransactResult } from '../../../generated/functions.js';
import { define } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';

export const revision = define('revisions', 'revisions', { needs: ['revisions'] });
export const transaction = define('revisions', 'revisions', { needs: ['transactions'] });

export type Fields = Readonly<Record<string, unknown>>;

/** The functions with fields of ours. */
export const setIf = async (t: Context, item: string, data: unknown, fields: Fields): Promise<SetResult> =>
  (await t.call(FUNCTION.set, { ...t.at, item_id: item, data, ...fields })) as SetResult;
export const deleteIf = async (t: Context, item: string, fields: Fields): Promise<SetResult> =>
  (await t.call(FUNCTION.delete, { ...t.at, item_id: item, ...fields })) as SetResult;
export const updateIf = async (
  t: Context,
  item: string,
  ops: readonly unknown[],
  fields: Fields,
): Promise<SetResult> =>
  (await t.call(FUNCTION.update, { ...t.at, item_id: item, ops, ...fields })) as SetResult;
export const transact = async (
  t: Context,
  writes: readonly Fields[],
  fields: Fields = {},
): Promise<TransactResult> =>
  (await t.call(FUNCTION.transact, { ...t.at, writes, ...fields })) as TransactResult;

export interface Item {
  readonly id: string;
  readonly rev: number;
  readonly data: unknown;
}

export const itemOf = async (t: Context, item: string): Promise<(Item & { epoch: string }) | undefined> =>
  (await t.call(FUNCTION.get, { ...t.at, item_id: item, items: true })) as
    | (Item & { epoch: string })
    | undefined;

export interface Page {
  readonly epoch: string;
  readonly seq: number;
  readonly items: readonly (Item & { created: number })[];
  readonly next?: string;
}

export const page = async (t: Context, fields: Fields = {}): Promise<Page> =>
  (await t.call(FUNCTION.list, { ...t.at, items: true, ...fields })) as Page;

/** Refused as bad input, with a message that names the field, and nothing was written. */
export async function refused(t: Context, functionId: string, field: string, fields: Fields): Promise<void> {
  const { message } = await t.error(functionId, { ...t.at, ...fields });
  assert.match(message, /^invalid_input: /);
  assert(message.includes(field), `expected "${message}" to name ${field}`);
  assert.deepEqual(await t.list(), []);
}
