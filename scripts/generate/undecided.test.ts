import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeFiles } from './output.js';
import type { Addition } from './overlay.js';
import { render } from './render.js';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const addition = (id: string, target: string, at: string, value: unknown): Addition => ({
  id,
  target,
  capability: 'cursors',
  change: [{ op: 'add', path: at, value }],
  reason: 'A test adds it.',
});

/** One of each kind that a spec can grow, called as nobody else would. */
const ADDITIONS: readonly Addition[] = [
  addition('field', 'functions/stream::set', '/request_schema/properties/test_if_seq', { type: 'integer' }),
  addition('result', 'functions/stream::delete', '/response_schema/properties/test_mark', {
    type: 'integer',
  }),
  addition('function', 'functions/stream::test_touch', '', { request_schema: { type: 'object' } }),
  addition('op', 'definitions/UpdateOp', '/oneOf/-', {
    type: 'object',
    required: ['type', 'path'],
    properties: { type: { type: 'string', enum: ['test_toggle'] }, path: { type: 'string' } },
  }),
  addition('trigger', 'triggers/stream:test_idle', '', { invocation_schema: { type: 'object' } }),
  addition('filter', 'triggers/stream:join', '/invocation_schema/properties/test_filter', { type: 'string' }),
  addition('payload', 'triggers/stream', '/return_schema/properties/test_rev', { type: 'integer' }),
];

const record = (name: string, tag: string): string =>
  `    ${name}:\n      type: object\n      required: [type]\n      properties:\n        type: { type: string, const: ${tag} }\n\n`;
/** The document with more records, each a branch more of a union. */
function grow(text: string, added: readonly (readonly [union: string, name: string, tag: string])[]): string {
  let grown = text.replace(
    '  schemas:\n',
    `  schemas:\n${added.map(([, name, tag]) => record(name, tag)).join('')}`,
  );
  for (const [union, name] of added) {
    const head = new RegExp(`\\n    ${union}:\\n(?:      .*\\n)*?      oneOf:\\n`).exec(grown)?.[0];
    assert.ok(head !== undefined, union);
    grown = grown.replace(head, `${head}        - $ref: "#/components/schemas/${name}"\n`);
  }
  return grown;
}

describe('what the spec grows does not compile until it is decided about', () => {
  let project: string;
  let errors: string;
  before(async () => {
    project = await mkdtemp(path.join(os.tmpdir(), 'undecided-'));
    await Promise.all([
      cp(path.join(root, 'spec'), path.join(project, 'spec'), { recursive: true }),
      cp(path.join(root, 'src'), path.join(project, 'src'), { recursive: true }),
      cp(path.join(root, 'tsconfig.json'), path.join(project, 'tsconfig.json')),
      writeFile(path.join(project, 'package.json'), '{"type":"module"}'),
      symlink(path.join(root, 'node_modules'), path.join(project, 'node_modules')),
    ]);
    const edit = async (name: string, change: (text: string) => string): Promise<void> => {
      const file = path.join(project, 'spec', name);
      await writeFile(file, change(await readFile(file, 'utf8')));
    };
    await edit('overlay.json', (text) => JSON.stringify([...(JSON.parse(text) as Addition[]), ...ADDITIONS]));
    await edit('asyncapi/stream-socket.yaml', (text) =>
      grow(text, [
        ['ClientMessage', 'TestHelloMessage', 'test_hello'],
        ['ServerMessage', 'TestNoticeMessage', 'test_notice'],
      ]),
    );
    await edit('asyncapi/worker-protocol.yaml', (text) =>
      grow(text, [
        ['WorkerMessage', 'TestStatusMessage', 'test_status'],
        ['EngineMessage', 'TestDrainMessage', 'test_drain'],
        ['InvocationAction', 'TestDelayAction', 'test_delay'],
      ]),
    );
    await writeFiles(await render(path.join(project, 'spec')), path.join(project, 'generated'));
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    errors = await run(process.execPath, [tsc, '--noEmit', '-p', project], { maxBuffer: 1 << 24 }).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
  });
  after(() => rm(project, { recursive: true, force: true }));

  /** Each with where it has to be decided about, and what the compiler says there. */
  const UNDECIDED: readonly [what: string, file: string, says: RegExp][] = [
    ['a field of an input', 'src/service/functions/set.ts', /undecided|test_if_seq/],
    ['a field of an input that we send', 'src/service/custom-calls.ts', /test_if_seq/],
    ['a field of a result', 'src/service/functions/delete.ts', /test_mark/],
    ['a function', 'src/service/functions/index.ts', /testTouch/],
    ['an update operation', 'src/domain/update-ops/apply-op.ts', /test_toggle|never/],
    ['a trigger type', 'src/service/triggers/registry.ts', /stream:test_idle/],
    ['a filter of a trigger', 'src/service/triggers/registry.ts', /stream_name|undecided/],
    ['a field of a payload', 'src/service/triggers/payload.ts', /test_rev/],
    ['a message of clients', 'src/socket/session.ts', /TestHelloMessage|never/],
    ['a message of the server', 'src/client/core.ts', /TestNoticeMessage|test_notice|never/],
    ['a message of workers', 'src/workers/embedded/registrations.ts', /TestStatusMessage|never/],
    ['a message of the engine', 'src/workers/attached/attached-workers.ts', /TestDrainMessage|never/],
    ['an action of a call', 'src/workers/embedded/router.ts', /TestDelayAction|never/],
  ];
  for (const [what, file, says] of UNDECIDED) {
    test(what, () => {
      const lines = errors.split('\n').filter((line) => line.includes(file));
      assert.match(lines.join('\n'), says, `${file} compiles: ${errors.slice(0, 2000)}`);
    });
  }
});
