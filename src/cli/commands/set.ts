import { FUNCTION } from '../../../generated/constants.js';
import { sliceField } from '../../domain/json-text.js';
import { oneLine, writeLines } from '../output.js';
import { UsageError } from '../usage-error.js';
import { type Command, expectArguments, jsonArgument, payloadOf } from './command.js';

export const set: Command = async (args, { admin, json, options: { 'if-rev': rev } }) => {
  expectArguments(args, 4, 4, 'set STREAM GROUP ITEM JSON [--if-rev REV]');
  if (rev !== undefined && !/^\d+$/.test(rev)) throw new UsageError('--if-rev: must be a whole number');
  const [stream_name, group_id, item_id, text] = args as [string, string, string, string];
  const data = await jsonArgument(text);
  const raw: Readonly<Record<string, string>> =
    rev === undefined ? { data } : { data, if_rev: String(Number(rev)) };
  const result = (await admin.call(FUNCTION.set, payloadOf({ stream_name, group_id, item_id }, raw))) ?? '{}';
  const isConflict = sliceField(result, 'outcome') === '"conflict"';
  await writeLines([json ? oneLine(result) : isConflict ? conflict(result) : said(result)]);
  return isConflict ? 1 : 0;
};

const said = (result: string): string => (sliceField(result, 'old_value') === 'null' ? 'created' : 'updated');

const conflict = (result: string): string =>
  `conflict: the item's rev is ${sliceField(result, 'rev')}, its value ${oneLine(sliceField(result, 'new_value') ?? 'null')}`;
