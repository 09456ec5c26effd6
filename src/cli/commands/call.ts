import { oneLine, printable, writeLines } from '../output.js';
import { type Command, expectArguments, jsonArgument } from './command.js';

/** Calls any function of the server, and prints its result; nothing when it returned none. */
export const call: Command = async (args, { admin, json }) => {
  expectArguments(args, 1, 2, 'call FUNCTION [JSON]');
  const [functionId, payload = '{}'] = args as [string, string?];
  const result = await admin.call(functionId, await jsonArgument(payload));
  if (result !== undefined) await writeLines([json ? oneLine(result) : printable(oneLine(result))]);
  return 0;
};
