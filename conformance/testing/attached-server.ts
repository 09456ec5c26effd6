import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** This project's server as a worker of an engine. */
export interface AttachedServer extends AsyncDisposable {
  /** URL of its stream socket. */
  readonly stream: string;
}

/** Starts the built server, attached to the engine at this URL, with a store in memory. */
export async function startAttached(dist: string, engine: string): Promise<AttachedServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-attached-'));
  const file = path.join(directory, 'config.json');
  const adapter = { name: 'kv', config: { store_method: 'in_memory' } };
  const config = { host: '127.0.0.1', port: 0, admin: false, log: { level: 'error' }, adapter };
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  const main = path.join(dist, 'src/cli/main.js');
  const child = spawn(process.execPath, [main, '--config', file, '--engine', engine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(child.stdout, 'data'), exited.then(() => [''])]);
  const stream = String(line).match(/stream (ws:\S+)/)?.[1];
  if (stream === undefined) throw new Error(`the attached server did not start: ${String(line)}`);
  return {
    stream,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
