import { FUNCTION } from '../../../generated/constants.js';
import { type Command, expectArguments, jsonArgument, payloadOf } from './command.js';

export const send: Command = async (args, { admin, options }) => {
  expectArguments(args, 3, 4, 'send STREAM GROUP TYPE [JSON] [--item ID]');
  const [stream_name, group_id, type, text = 'null'] = args as [string, string, string, string?];
  const item = options.item === undefined ? {} : { id: options.item };
  const payload = payloadOf({ stream_name, group_id, type, ...item }, { data: await jsonArgument(text) });
  await admin.call(FUNCTION.send, payload);
  return 0;
};
