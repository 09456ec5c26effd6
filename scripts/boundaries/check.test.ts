import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkSource, checkTree } from './check.js';
import { circlesOf } from './circles.js';

const messages = (file: string, text: string): readonly string[] =>
  checkSource(file, text).map(({ message }) => message);

test('sources are found in every tree, tests are left out', async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'boundaries-'));
  try {
    for (const file of [
      'generated/a.ts',
      'src/domain/deep/a.ts',
      'src/domain/a.test.ts',
      'src/domain/testing/a.ts',
      'conformance/a.ts',
    ]) {
      await mkdir(path.join(root, path.dirname(file)), { recursive: true });
      await writeFile(path.join(root, file), "import '../../src/cli/a.js';\n");
    }
    const faults = await checkTree(root);
    assert.deepEqual(
      faults.map(({ file }) => file),
      ['conformance/a.ts', 'generated/a.ts', 'src/domain/deep/a.ts'],
    );
  } finally {
    await rm(root, { recursive: true });
  }
});

test('imports point left', () => {
  const fine: [string, string][] = [
    ['src/domain/a.ts', '../../generated/json-text.js'],
    ['src/store/local/a.ts', '../../domain/change.js'],
    ['src/store/local/a.ts', '../port.js'],
    ['src/delivery/a.ts', '../config/read.js'],
    ['src/store/a.ts', '../net/backoff.js'],
    ['src/net/a.ts', '../observability/logger.js'],
    ['src/cli/main.ts', '../app/app.js'],
    ['src/index.ts', './app/app.js'],
    ['conformance/a.ts', '../generated/socket.js'],
    ['src/store/a.ts', 'keyv'],
    ['src/client/a.ts', '../domain/change.js'],
    ['src/client/a.ts', 'react'],
  ];
  for (const [file, target] of fine)
    assert.deepEqual(messages(file, `import { a } from '${target}';`), [], file);
  const wrong: [string, string, RegExp][] = [
    ['src/domain/a.ts', '../store/port.js', /src\/domain may not import src\/store/],
    ['src/domain/a.ts', 'node:fs', /may not import the package node:fs/],
    ['src/store/a.ts', '../delivery/hub.js', /src\/store may not import src\/delivery/],
    ['src/service/a.ts', '../workers/embedded.js', /src\/service may not import src\/workers/],
    ['src/socket/a.ts', '../workers/embedded.js', /src\/socket may not import src\/workers/],
    ['src/config/a.ts', '../store/port.js', /src\/config may not import src\/store/],
    ['src/net/a.ts', '../service/port.js', /src\/net may not import src\/service/],
    ['generated/a.ts', '../src/domain/a.js', /generated may not import src\/domain/],
    ['generated/validators/a.js', 'ajv', /may not import the package ajv/],
    ['conformance/a.ts', '../src/domain/a.js', /conformance may import generated only/],
    ['src/client/a.ts', '../net/backoff.js', /src\/client may import generated, src\/domain only/],
    ['src/client/a.ts', 'node:events', /src\/client may not import the package node:events/],
    ['src/cli/a.ts', '../../scripts/generate/render.js', /lies in no room/],
    ['src/new/a.ts', './b.js', /lies in no room/],
  ];
  for (const [file, target, fault] of wrong) {
    assert.match(messages(file, `import { a } from '${target}';`).join(), fault, file);
    assert.match(messages(file, `const a = await import('${target}');`).join(), fault, file);
  }
});

test('a fault names its line', () => {
  assert.deepEqual(checkSource('src/service/a.ts', "\nconst id = 'stream::set';")[0], {
    file: 'src/service/a.ts',
    line: 2,
    message: 'import the constant of stream::set from generated/constants.ts',
  });
});

test('ids and tags are literals in generated/ only', () => {
  const wrong = [
    "call('stream::get');",
    'call(`stream::set(name)`);',
    "if (id.startsWith('engine::')) return;",
    "const type = 'stream:join';",
    "case 'invokefunction':",
    "const code = 'STREAM_SET_ERROR';",
    'const text = `{"type":"join","data":{}}`;',
    'const text = \'{"type": "unauthorized"}\';',
  ];
  for (const line of wrong) {
    assert.equal(messages('src/service/a.ts', line).length, 1, line);
    assert.equal(messages('conformance/a.ts', line).length, 1, line);
    assert.deepEqual(messages('generated/a.ts', line), [], line);
  }
  const fine = [
    "const kind = 'create';",
    "// calls 'stream::get'",
    " * 'stream::get'",
    "const channel = 'stream::events';",
    "throw new Error('no stream here');",
  ];
  for (const line of fine) assert.deepEqual(messages('src/service/a.ts', line), [], line);
});

test('the domain is pure', () => {
  for (const line of ['const now = Date.now();', 'setTimeout(next, 1);', 'const id = Math.random();']) {
    assert.equal(messages('src/domain/a.ts', line).length, 1, line);
    assert.deepEqual(messages('src/store/a.ts', line), [], line);
  }
});

test('a circle of imports is found, also one of types and of many files; two that share nothing are two', async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'boundaries-'));
  const sources: Record<string, string> = {
    'generated/x.ts': '',
    'conformance/x.ts': '',
    'src/net/a.ts': "import type { B } from './b.js';\n",
    'src/net/b.ts': "// import './d.js'\nexport { c } from './deep/c.js';\n",
    'src/net/deep/c.ts': "const a = await import('../a.js');\nimport '../d.js';\n",
    'src/net/d.ts': "import '../domain/e.js';\n",
    'src/domain/e.ts': "import './f.js';\n",
    'src/domain/f.ts': "import './e.js';\n",
    'src/domain/self.ts': '',
  };
  try {
    for (const [file, text] of Object.entries(sources)) {
      await mkdir(path.join(root, path.dirname(file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    assert.deepEqual(
      (await checkTree(root)).map(({ file, message }) => `${file}: ${message}`),
      [
        'src/domain/e.ts: imports go in a circle: src/domain/e.ts, src/domain/f.ts',
        'src/net/a.ts: imports go in a circle: src/net/a.ts, src/net/b.ts, src/net/deep/c.ts',
      ],
    );
  } finally {
    await rm(root, { recursive: true });
  }
  const diamond: [string, string[]][] = [
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d']],
    ['d', []],
  ];
  assert.deepEqual(circlesOf(new Map(diamond)), []);
});
