import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { watchConfig } from './watch.js';

let directory: string;
before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'watch-'));
});
after(() => rm(directory, { recursive: true }));

/** Watches `file` and tells how often it changed; `next` waits for the change that `act` makes. */
function watching(file: string) {
  const changes = new EventEmitter();
  let count = 0;
  const options = { settleMs: 20, pollMs: 20, onError: (error: unknown) => changes.emit('error', error) };
  const watch = watchConfig(file, () => changes.emit('change', ++count), options);
  const next = async (act: () => Promise<unknown>): Promise<number> => {
    const change = once(changes, 'change', { signal: AbortSignal.timeout(5_000) });
    // The watch itself does not keep the process alive.
    const alive = setInterval(() => {}, 1_000);
    try {
      await act();
      const [seen] = (await change) as [number];
      return seen;
    } finally {
      clearInterval(alive);
    }
  };
  return { next, close: () => watch.close() };
}

test('writes, replacements and a return after a removal are changes', async () => {
  const file = path.join(directory, 'a.yaml');
  await writeFile(file, 'port: 1');
  const { next, close } = watching(file);
  try {
    assert.equal(await next(() => writeFile(file, 'port: 2')), 1);
    const beside = path.join(directory, 'a.tmp');
    await writeFile(beside, 'port: 3');
    assert.equal(await next(() => rename(beside, file)), 2);
    await unlink(file);
    assert.equal(await next(() => writeFile(file, 'port: 4')), 3);
    // The same text and a neighbour's are none: a watch that knows no text yet tells when both are seen.
    const fresh = watching(file);
    await writeFile(beside, 'port: 5');
    await fresh.next(() => writeFile(file, 'port: 4'));
    fresh.close();
    assert.equal(await next(() => writeFile(file, 'port: 6')), 4);
  } finally {
    close();
  }
});

test('a link that is turned to another directory is a change', async () => {
  const mount = path.join(directory, 'mount');
  for (const version of ['1', '2']) {
    await mkdir(path.join(mount, `..${version}`), { recursive: true });
    await writeFile(path.join(mount, `..${version}`, 'c.yaml'), `port: ${version}`);
  }
  await symlink('..1', path.join(mount, '..data'));
  await symlink('..data/c.yaml', path.join(mount, 'c.yaml'));
  const { next, close } = watching(path.join(mount, 'c.yaml'));
  try {
    await symlink('..2', path.join(mount, '..new'));
    assert.equal(await next(() => rename(path.join(mount, '..new'), path.join(mount, '..data'))), 1);
  } finally {
    close();
  }
});

// pomerium/pomerium#4708
test('a link to a file of another directory follows what is written there, as a file that is mounted by itself does', async () => {
  const target = path.join(directory, 'elsewhere', 'd.yaml');
  await mkdir(path.dirname(target));
  await writeFile(target, 'port: 1');
  const link = path.join(directory, 'd.yaml');
  await symlink(target, link);
  const { next, close } = watching(link);
  try {
    assert.equal(await next(() => writeFile(target, 'port: 22')), 1);
  } finally {
    close();
  }
});

test('a place that cannot be watched is told, not thrown', () => {
  const errors: unknown[] = [];
  watchConfig(path.join(directory, 'gone', 'c.yaml'), () => {}, {
    onError: (error) => errors.push(error),
  }).close();
  assert.equal((errors[0] as NodeJS.ErrnoException).code, 'ENOENT');
});
