import { FUNCTION } from '../../../generated/constants.js';
import type { ListAllResult } from '../../../generated/functions.js';
import { sliceField } from '../../domain/json-text.js';
import { sliceElements } from '../../wire/json-elements.js';
import { oneLine, printable, shownName, writeLines } from '../output.js';
import { type Command, type CommandContext, expectArguments, payloadOf } from './command.js';

export const list: Command = async (args, context) => {
  expectArguments(args, 0, 2, 'list [STREAM [GROUP]]');
  const [stream, group] = args;
  if (stream === undefined) await writeLines(await streams(context));
  else if (group === undefined) await writeLines(await groups(context, stream));
  else await writeLines(await items(context, stream, group));
  return 0;
};

async function streams({ admin, json }: CommandContext): Promise<string[]> {
  const all = JSON.parse((await admin.call(FUNCTION.listAll, '{}')) ?? '{}') as ListAllResult;
  if (json) return all.stream.map((one) => JSON.stringify(one));
  return all.stream.flatMap(({ id, groups: held }) =>
    held.map((group) => `${shownName(id)} ${shownName(group)}`),
  );
}

async function groups({ admin, json }: CommandContext, stream_name: string): Promise<string[]> {
  const ids = JSON.parse(
    (await admin.call(FUNCTION.listGroups, payloadOf({ stream_name }))) ?? '[]',
  ) as string[];
  return ids.map((id) => (json ? JSON.stringify(id) : shownName(id)));
}

async function items({ admin, json }: CommandContext, stream: string, group: string): Promise<string[]> {
  const text = await admin.get(`/api/items?${new URLSearchParams({ stream, group })}`);
  return sliceElements(sliceField(text, 'items') ?? '[]').map((item) => {
    if (json) return oneLine(item);
    const id = JSON.parse(sliceField(item, 'id') ?? '""') as string;
    return `${shownName(id)} ${printable(oneLine(sliceField(item, 'data') ?? 'null'))}`;
  });
}
