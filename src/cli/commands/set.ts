import { FUNCTION } from '../../../generated/constants.js';
import { sliceField } from '../../domain/json-text.js';
import { oneLine, writeLines } from '../output.js';
import { type Command, expectArguments, jsonArgument, payloadOf } from './command.js';

export const set: Command = async (args, { admin, json }) => {
  expectArguments(args, 4, 4, 'set STREAM GROUP ITEM JSON');
  const [stream_name, group_id, item_id, text] = args as [string, string, string, string];
  const payload = payloadOf({ stream_name, group_id, item_id }, { data: await jsonArgument(text) });
  const result = (await admin.call(FUNCTION.set, payload)) ?? '{}';
  const created = sliceField(result, 'old_value') === 'null';
  await writeLines([json ? oneLine(result) : created ? 'created' : 'updated']);
  return 0;
};
