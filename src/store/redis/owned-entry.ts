import type { ItemAddress } from '../../domain/change.js';
import { memberOf, parseMember } from './keys.js';

/** An item in the set of those that a process owns. */
export const entryOf = (at: ItemAddress): string => JSON.stringify([memberOf(at), at.item]);

/** Undefined for what no program of ours wrote. */
export function addressOf(entry: string): ItemAddress | undefined {
  try {
    const [member, item] = JSON.parse(entry) as [string, string];
    const group = parseMember(member);
    return group && typeof item === 'string' ? { ...group, item } : undefined;
  } catch {
    return undefined;
  }
}
