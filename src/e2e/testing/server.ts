import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** By its URL: the server runs in a directory of its own. */
const TSX = import.meta.resolve('tsx');
const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** Runs the command line over a file system that fails and forgets: see its environment variables. */
export const FAULTY_MAIN = fileURLToPath(new URL('./faulty-main.ts', import.meta.url));

/** A running `iii-stream` process, started as its user would. */
export interface RunningServer extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly engineUrl: string;
  readonly streamUrl: string;
  /** Empty when the admin listener is off. */
  readonly adminUrl: string;
  /** Everything on stderr so far. */
  readonly log: () => string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** A temporary directory that goes with its user. */
export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'iii-stream-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface ServerConfig {
  /** YAML text of the configuration's bare mapping. */
  readonly yaml: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where the config file and relative paths live. */
  readonly directory: string;
  /** Path of the module to run. @default the command line */
  readonly main?: string;
  /** Files that the process may have open. @default what this one may */
  readonly openFiles?: number;
}

/** A command that runs Node with these arguments. */
function command(args: readonly string[], openFiles: number | undefined): [string, string[]] {
  if (openFiles === undefined) return [process.execPath, [...args]];
  return ['bash', ['-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, process.execPath, ...args]];
}

/** Starts the server and waits for its `ready` line; rejects with its stderr when it ends before. */
export async function startServer({
  yaml,
  args = [],
  env = {},
  directory,
  main = MAIN,
  openFiles,
}: ServerConfig): Promise<RunningServer> {
  const file = join(directory, 'config.yaml');
  await writeFile(file, yaml);
  const [program, given] = command(['--import', TSX, main, '--config', file, ...args], openFiles);
  const child = spawn(program, given, {
    cwd: directory,
    env: { ...process.env, III_URL: '', III_ENGINE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    exited.then(
      (code) => reject(new Error(`the server ended with ${code} before it was ready:\n${log}`)),
      reject,
    );
  });
  const line = await ready;
  const urls = line.match(/wss?:\/\/\S+/g) ?? [];
  if (!line.includes('ready') || urls.length !== 2) throw new Error(`not a ready line: ${line}`);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  return {
    process: child,
    engineUrl: urls[0] as string,
    streamUrl: urls[1] as string,
    adminUrl: /http:\/\/\S+/.exec(line)?.[0] ?? '',
    log: () => log,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}

/** The bare mapping of a server on free ports. */
export const config = (adapter: string, more = ''): string =>
  `port: 0\nhost: 127.0.0.1\nengine: { host: 127.0.0.1, port: 0 }\nadmin: false\nadapter:\n${adapter.replace(/^/gm, '  ')}\n${more}\n`;

export const FILE_BASED = 'name: kv\nconfig: { store_method: file_based, file_path: ./data }';
export const IN_MEMORY = 'name: kv\nconfig: { store_method: in_memory }';
