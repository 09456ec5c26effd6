import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CASES } from './cases/index.js';
import { CommandLauncher } from './runner/command-launcher.js';
import { run } from './runner/run.js';
import { select } from './runner/select.js';
import { LaunchedTargets } from './runner/targets.js';
import { type BuiltTarget, buildTarget } from './testing/built-target.js';

/** Supported lines of Node, beside the one that runs the tests. */
const VERSIONS = ['22.23.5', '24.22.3'].filter(
  (version) => version.split('.')[0] !== process.versions.node.split('.')[0],
);
const CACHE = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'iii-stream-node');

/** What leans on Node most, and waits for nothing. */
const ONLY = ['functions/**', 'durability/**'];

/** A binary of Node, which the registry has as a package for each platform: the package `node` itself needs an install script. */
function binaryOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.join(CACHE, version);
  const binary = path.join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(binary)) {
    const args = ['install', '--no-save', '--ignore-scripts', '--prefix', folder, `${name}@${version}`];
    const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  return binary;
}

describe('the built server on other lines of Node', () => {
  let built: BuiltTarget;
  before(async () => {
    built = await buildTarget();
  });
  after(() => built[Symbol.asyncDispose]());

  for (const version of VERSIONS) {
    test(version, async () => {
      const command = `exec ${binaryOf(version)} ${path.join(built.dist, 'conformance/targets/iii-stream.js')}`;
      await using targets = new LaunchedTargets(new CommandLauncher(command));
      const cases = select(CASES, { only: ONLY, skip: [], profiles: [] });
      const results = await run(cases, {
        targets,
        facts: { adapter: 'file_based', canLaunch: true, lacks: {} },
        base: { adapter: 'file_based' },
        patience: 3,
      });
      const failed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'not-run');
      assert.deepEqual(
        failed.map(({ id, reason }) => `${id}: ${reason}`),
        [],
      );
      assert.ok(results.filter(({ outcome }) => outcome === 'passed').length > 40);
    });
  }
});
