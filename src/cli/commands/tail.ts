import { watchReader } from '../closed-pipe.js';
import { Follower } from '../tail/follower.js';
import { overSocket } from '../tail/over-socket.js';
import { overSse } from '../tail/over-sse.js';
import { countArgument, cursorArgument } from '../tail/request.js';
import { type Command, type CommandContext, expectArguments } from './command.js';

/** Prints changes until it is interrupted, or as many as are wanted. */
export const tail: Command = async (args, context) => {
  expectArguments(args, 2, 3, 'tail STREAM GROUP [ITEM] [--since EPOCH:SEQ] [--once] [-n COUNT] [--sse]');
  return follow(args, context);
};

/**
 * Follows a group or an item.
 *
 * @param once end when everything that there is now was printed
 */
export async function follow(
  args: readonly string[],
  { admin, json, options }: CommandContext,
  once = options.once === true,
): Promise<number> {
  const [stream, group, item] = args as [string, string, string?];
  const since = cursorArgument(options.since);
  const follower = new Follower({ json, since: options.since, count: countArgument(options.count) });
  const request = { stream, group, item, since, once, json };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => follower.finish());
  if (!once) watchReader();
  if (options.sse) await overSse(options.stream, request, follower);
  else await overSocket(admin, request, follower);
  if (follower.cursor !== undefined) process.stderr.write(`resume with --since ${follower.cursor}\n`);
  return 0;
}
