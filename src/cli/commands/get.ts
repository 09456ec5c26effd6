import { FUNCTION } from '../../../generated/constants.js';
import { oneLine, printable, writeLines } from '../output.js';
import { type Command, expectArguments, payloadOf } from './command.js';
import { follow } from './tail.js';

/** Prints an item's value, or what changed since a cursor. */
export const get: Command = async (args, context) => {
  const { admin, json, options } = context;
  if (options.since !== undefined) {
    expectArguments(args, 2, 3, 'get STREAM GROUP [ITEM] --since EPOCH:SEQ');
    return follow(args, context, true);
  }
  expectArguments(args, 3, 3, 'get STREAM GROUP ITEM');
  const [stream_name, group_id, item_id] = args as [string, string, string];
  const value = await admin.call(FUNCTION.get, payloadOf({ stream_name, group_id, item_id }));
  if (value === undefined) {
    process.stderr.write('iii-stream: there is no such item\n');
    return 1;
  }
  await writeLines([json ? oneLine(value) : printable(oneLine(value))]);
  return 0;
};
