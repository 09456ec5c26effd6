import { FUNCTION } from '../../../generated/constants.js';
import { sliceField } from '../../domain/json-text.js';
import { oneLine, writeLines } from '../output.js';
import { type Command, expectArguments, payloadOf } from './command.js';

export const remove: Command = async (args, { admin, json }) => {
  expectArguments(args, 3, 3, 'delete STREAM GROUP ITEM');
  const [stream_name, group_id, item_id] = args as [string, string, string];
  const result = (await admin.call(FUNCTION.delete, payloadOf({ stream_name, group_id, item_id }))) ?? '{}';
  const missing = sliceField(result, 'old_value') === 'null';
  await writeLines([json ? oneLine(result) : missing ? 'there was no such item' : 'deleted']);
  return 0;
};
