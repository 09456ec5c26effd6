import path from 'node:path';
import { printable, writeLines } from '../output.js';
import { type Command, expectArguments } from './command.js';

export const backup: Command = async (args, { admin, json }) => {
  expectArguments(args, 1, 1, 'backup DIR');
  // The server has a working directory of its own.
  const directory = path.resolve(args[0] as string);
  const answer = await admin.post('/backup', JSON.stringify({ directory }));
  await writeLines([json ? answer.trim() : printable(`backed up to ${directory}`)]);
  return 0;
};
