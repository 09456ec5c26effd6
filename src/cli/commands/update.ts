import { FUNCTION } from '../../../generated/constants.js';
import { oneLine, printable, writeLines } from '../output.js';
import { type Command, expectArguments, jsonArgument, payloadOf } from './command.js';

/** Applies operations to an item, and prints what it was and is. */
export const update: Command = async (args, { admin, json }) => {
  expectArguments(args, 4, 4, 'update STREAM GROUP ITEM OPS');
  const [stream_name, group_id, item_id, ops] = args as [string, string, string, string];
  const names = { stream_name, group_id, item_id };
  const result = await admin.call(FUNCTION.update, payloadOf(names, { ops: await jsonArgument(ops) }));
  if (result !== undefined) await writeLines([json ? oneLine(result) : printable(oneLine(result))]);
  return 0;
};
