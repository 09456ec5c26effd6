#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { LocalError } from '../domain/errors.js';
import { endWithReader } from './closed-pipe.js';
import { OPTIONS, strayOption } from './options.js';
import { UsageError } from './usage-error.js';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help) {
    process.stdout.write((await import('./usage.js')).USAGE);
    return;
  }
  if (values.version) {
    process.stdout.write(`${await (await import('../observability/version.js')).version()}\n`);
    return;
  }
  const [name, ...args] = positionals;
  if (name === undefined) {
    // Only what is used is loaded: a command is over in the time that a server needs to load.
    const { serve } = await import('./serve.js');
    const { config, engine, 'log-level': logLevel, repair } = values;
    await serve({ config, engine, logLevel, repair });
    return;
  }
  const { COMMANDS } = await import('./commands/index.js');
  const command = COMMANDS.get(name);
  if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}`);
  const stray = strayOption(name, values);
  if (stray !== undefined) throw new UsageError(`--${stray}: is not for ${name}`);
  const { AdminClient } = await import('./admin-client.js');
  endWithReader();
  process.exitCode = await command(args, {
    admin: new AdminClient(values.admin, values['token-file']),
    json: values.json || !process.stdout.isTTY,
    options: values,
  });
}

main().catch((error: unknown) => {
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (isUsage) fail(`${(error as Error).message}\nTry iii-stream --help`, 2);
  else if (error instanceof LocalError) fail(error.message, 1);
  else fail((error as Error).stack ?? String(error), 1);
});

function fail(text: string, code: number): never {
  process.stderr.write(`iii-stream: ${text}\n`);
  process.exit(code);
}
