import { renderOps } from '../domain/message.js';
import { joinedAppend, readAppend, type StringAppend } from '../domain/string-append.js';
import type { Entry } from './entry.js';
import type { Message } from './port.js';

/** Updates of one item that go as one message. */
interface Joined {
  /** Where in the messages the last of them stands. */
  at: number;
  /** The item's rev before the first, and after the last of them. */
  readonly from: number;
  rev: number;
  append: StringAppend;
}

/**
 * The messages of one tick as those get them who take ops. Strings that are appended to one path of an item one after
 * another become one, in the place of the last: whoever is cut off before it is told the item's value later.
 *
 * @param n what messages of ops call the group
 */
export function opsMessages(entries: readonly Entry[], n: number): readonly Message[] {
  if (!entries.some(({ ops }) => ops !== undefined)) return entries;
  const messages: (Message | undefined)[] = [];
  const joins = new Map<string, Joined>();
  for (const entry of entries) {
    const { item, ops, more, seq, epoch } = entry;
    if (item === undefined || ops === undefined) {
      messages.push(entry);
      continue;
    }
    const append = readAppend(ops.text);
    const before = joins.get(item);
    const joined = append && before && ops.growsString ? join(before, ops.from, append) : undefined;
    if (joined !== undefined) messages[before!.at] = undefined;
    const told = joined ?? ops;
    // The rest of its transaction must not wait for what comes later.
    if (append === undefined || more === true) joins.delete(item);
    else
      joins.set(item, {
        at: messages.length,
        from: told.from,
        rev: seq,
        append: joined?.append ?? append,
      });
    messages.push({ seq, epoch, text: renderOps(n, item, seq, told, more) });
  }
  return messages.filter((message) => message !== undefined);
}

/** Undefined when the later one does not go on where the earlier one ends. */
function join({ rev, from, append: { head, inner } }: Joined, at: number, next: StringAppend) {
  if (rev !== at || next.head !== head) return undefined;
  const append = { head, inner: inner + next.inner };
  return { from, append, text: joinedAppend(append) };
}
