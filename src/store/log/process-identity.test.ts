import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isAlive, ownIdentity } from './process-identity.js';

/** When the process began, as the system counts. */
async function started(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
}

// openclaw/openclaw#125658
test('a process that has ended and that nobody asked about holds nothing', async () => {
  const own = await ownIdentity();
  // A shell that becomes a program which never asks about the child that the shell had.
  const parent = spawn('bash', ['-c', 'sleep 0 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    const zombie = { ...own, pid, started: await started(pid) };
    while (!(await readFile(`/proc/${pid}/stat`, 'latin1')).includes(') Z ')) await new Promise(setImmediate);
    assert.equal(await isAlive(zombie, own), false);
    assert.equal(await isAlive({ ...own, pid: parent.pid!, started: await started(parent.pid!) }, own), true);
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
});
