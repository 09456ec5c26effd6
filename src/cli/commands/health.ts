import { loadConfig } from '../../config/index.js';
import { LocalError } from '../../domain/errors.js';
import { urlHost } from '../../net/client-address.js';
import { AdminClient } from '../admin-client.js';
import { printable, writeLines } from '../output.js';
import { type Command, expectArguments } from './command.js';

/** Milliseconds; a probe that waits longer says "no". */
const TIMEOUT = 5_000;

/** Asks whether calls can succeed now. With a configuration file it asks where that says that the admin listener is. */
export const health: Command = async (args, { admin, json, options: { config } }) => {
  expectArguments(args, 0, 0, 'health [--config FILE]');
  const client = config === undefined ? admin : new AdminClient(await adminUrl(config));
  const { ready, reasons } = await client.ready(TIMEOUT);
  await writeLines([
    json ? JSON.stringify({ ready, reasons }) : printable(ready ? 'ready' : reasons.join('; ')),
  ]);
  return ready ? 0 : 1;
};

/** @throws LocalError `config_invalid`, `config_unreadable`; `admin_url` when the listener is off, or at a port of its own choice */
async function adminUrl(file: string): Promise<string> {
  const { admin } = await loadConfig(file);
  if (admin === false) throw new LocalError('admin_url', `${file}: admin is false, so nobody can be asked`);
  if (admin.port === 0)
    throw new LocalError('admin_url', `${file}: admin.port is 0, so say where by --admin URL`);
  const host = ANY.has(admin.host) ? '127.0.0.1' : admin.host;
  return `http://${urlHost(host)}:${admin.port}`;
}

/** Every address of the machine, the loopback's among them. */
const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
