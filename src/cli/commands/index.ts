import { backup } from './backup.js';
import { call } from './call.js';
import type { Command } from './command.js';
import { completionOf } from './completion.js';
import { remove } from './delete.js';
import { get } from './get.js';
import { health } from './health.js';
import { list } from './list.js';
import { send } from './send.js';
import { set } from './set.js';
import { tail } from './tail.js';
import { update } from './update.js';

/** The commands by what they are called. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['get', get],
  ['set', set],
  ['update', update],
  ['delete', remove],
  ['list', list],
  ['tail', tail],
  ['send', send],
  ['call', call],
  ['backup', backup],
  ['completion', completionOf(() => [...COMMANDS.keys()])],
  ['health', health],
]);
