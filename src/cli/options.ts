/** Every option of the command line, as `parseArgs` takes them. */
export const OPTIONS = {
  config: { type: 'string' },
  engine: { type: 'string' },
  'log-level': { type: 'string' },
  repair: { type: 'boolean', default: false },
  admin: { type: 'string' },
  'token-file': { type: 'string' },
  stream: { type: 'string' },
  since: { type: 'string' },
  sse: { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
  count: { type: 'string', short: 'n' },
  'if-rev': { type: 'string' },
  item: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** Options that are for some commands alone. */
export const COMMAND_OPTIONS: Readonly<Record<string, readonly OptionName[]>> = {
  get: ['since'],
  set: ['if-rev'],
  // A health check follows the configuration of the server that it asks.
  health: ['config'],
  send: ['item'],
  tail: ['since', 'sse', 'stream', 'once', 'count'],
};

/** Options that are for serving alone. */
export const SERVER_OPTIONS: readonly OptionName[] = ['config', 'engine', 'log-level', 'repair'];

/** An option that this command does not take, of those that are set. */
export function strayOption(
  command: string,
  values: Readonly<Partial<Record<OptionName, unknown>>>,
): OptionName | undefined {
  const own = COMMAND_OPTIONS[command] ?? [];
  const others = [...SERVER_OPTIONS, ...Object.values(COMMAND_OPTIONS).flat()];
  return others.find((name) => values[name] && !own.includes(name));
}
