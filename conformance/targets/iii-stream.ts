#!/usr/bin/env node
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { TargetConfig } from '../runner/target.js';

/** The target command of this project: translates the grader's configuration into ours and starts our server. */
async function main(): Promise<void> {
  const config = JSON.parse(await text(process.stdin)) as TargetConfig;
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-target-'));
  const file = path.join(directory, 'config.yaml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(configurationOf(config)));
  const child = start(['--config', file]);
  const exited = once(child, 'exit');
  // Signals go to the whole process group: the server has its own already, and a second one would cut its end short.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {});
  try {
    const [line] = await Promise.race([once(child.stdout as Readable, 'data'), exited.then(() => [])]);
    // Without a line the server ended; its reason is on stderr.
    if (line !== undefined) process.stdout.write(addressesIn(String(line)));
  } finally {
    // It was read; a kill would leave it behind.
    await rm(directory, { recursive: true, force: true });
  }
  const [code] = (await exited) as [number | null];
  process.exitCode = code ?? 1;
}

/** The built server when we are built, else the source. */
function start(args: readonly string[]): ChildProcess {
  const built = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const source = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const program = existsSync(built) ? [built] : ['--import', import.meta.resolve('tsx'), source];
  return spawn(process.execPath, [...program, ...args], {
    env: { ...process.env, III_URL: '', III_ENGINE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function configurationOf({ directory, redis_url, adapter, ...rest }: TargetConfig): Record<string, unknown> {
  const { tombstones, auth_function, limits, allowed_origins, presence } = rest;
  const more = tombstones === undefined ? {} : { tombstones };
  return {
    host: '127.0.0.1',
    port: 0,
    engine: { host: '127.0.0.1', port: 0 },
    admin: false,
    log: { level: 'error' },
    ...(auth_function === undefined ? {} : { auth_function }),
    ...(allowed_origins === undefined ? {} : { allowed_origins }),
    ...(limits === undefined ? {} : { limits }),
    ...(presence === undefined ? {} : { presence }),
    adapter:
      adapter === 'redis'
        ? { name: 'redis', config: { redis_url, ...more } }
        : {
            name: 'kv',
            config: {
              store_method: adapter,
              ...(adapter === 'file_based' ? { file_path: directory } : {}),
              ...more,
            },
          },
  };
}

function addressesIn(line: string): string {
  const [engine, stream] = line.match(/wss?:\/\/\S+/g) ?? [];
  return `${JSON.stringify({ engine, stream })}\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
