import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { STREAM_EVENT } from '../generated/constants.js';
import { writeJacksonAnnotations } from './documents/jackson.js';

/** Another one may write other models: what it makes of the documents was looked at for this one. */
const MODELINA = '@asyncapi/modelina@5.10.1';
const GENERATOR = '@asyncapi/generator@3.4.1';
/** `npm run documents:check -- models` leaves out the clients, whose generator is large. */
const isModelsOnly = process.argv[2] === 'models';
const INSTALL_MS = 300_000;
const STEP_MS = 120_000;

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const document = path.join(root, 'generated/asyncapi/stream-socket.client.json');
interface Client {
  readonly language: string;
  readonly file: string;
  /** What it has to say: which of the operations it sends, or hears. */
  readonly says: string;
  readonly check: readonly [command: string, ...args: readonly string[]];
}

/** What the generator's own templates make. */
const CLIENTS: readonly Client[] = [
  {
    language: 'javascript',
    file: 'client.js',
    says: 'sendOperationsId = ["receiveRequests"]',
    check: [process.execPath, '--check'],
  },
  {
    language: 'python',
    file: 'client.py',
    says: 'receive_operation_handlers["sendMessages"]',
    check: ['python3', '-m', 'py_compile'],
  },
];
const folder = await mkdtemp(path.join(os.tmpdir(), 'documents-'));
const out = path.join(folder, 'out');
const failures: string[] = [];

async function step(what: string, check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
    console.log(`ok   ${what}`);
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
      message,
    } = error as NodeJS.ErrnoException & Record<'stdout' | 'stderr', string>;
    if (code === 'ENOENT') console.log(`skip ${what}: not installed`);
    else {
      failures.push(what);
      console.error(`FAIL ${what}: ${(stdout + stderr || message).slice(0, 2000)}`);
    }
  }
}

const files = async (extension: string): Promise<readonly string[]> =>
  (await readdir(path.join(out, extension))).filter((name) => name.endsWith(`.${extension}`));
const inside = (extension: string) => ({ cwd: path.join(out, extension), timeout: STEP_MS });

try {
  await writeFile(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const packages = isModelsOnly ? [MODELINA] : [MODELINA, GENERATOR];
  await run('npm', ['install', ...flags, ...packages], { cwd: folder, timeout: INSTALL_MS });
  for (const script of ['modelina.mjs', 'client.mjs'])
    await cp(path.join(root, 'scripts/documents', script), path.join(folder, script));
  await run(process.execPath, ['modelina.mjs', document, out], { cwd: folder, timeout: STEP_MS });
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const strict = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  await step('TypeScript compiles', async () =>
    run(process.execPath, [tsc, ...strict, ...(await files('ts'))], inside('ts')),
  );
  await step('Python compiles', async () =>
    run('python3', ['-m', 'py_compile', ...(await files('py'))], inside('py')),
  );
  await step('Go parses', async () => run('gofmt', ['-e', '-l', ...(await files('go'))], inside('go')));
  await step('Java tells events apart by their type', async () => {
    const text = await readFile(path.join(out, 'java/StreamEvent.java'), 'utf8');
    const missing = Object.values(STREAM_EVENT).filter((type) => !text.includes(`name = "${type}"`));
    if (missing.length > 0) throw new Error(`no subtype for ${missing.join(', ')}`);
  });
  await step('Java compiles', async () => {
    const annotations = await writeJacksonAnnotations(path.join(folder, 'jackson'));
    const flags = ['-proc:none', '-sourcepath', annotations, '-d', path.join(folder, 'classes')];
    await run('javac', [...flags, ...(await files('java'))], inside('java'));
  });
  await step('Java and C# hold a seq in 64 bits', async () => {
    const java = await readFile(path.join(out, 'java/StreamMessage.java'), 'utf8');
    const csharp = await readFile(path.join(out, 'cs/StreamMessage.cs'), 'utf8');
    if (!/Long seq;/.test(java) || !/long\? seq;/.test(csharp)) throw new Error('seq is not a long');
  });
  for (const { language, file, says, check } of isModelsOnly ? [] : CLIENTS) {
    await step(`a client in ${language} compiles, and has the directions right`, async () => {
      const cwd = path.join(out, `client-${language}`);
      await run(process.execPath, ['client.mjs', document, language, cwd], { cwd: folder, timeout: STEP_MS });
      const [command, ...args] = check;
      await run(command, [...args, file], { cwd, timeout: STEP_MS });
      const text = await readFile(path.join(cwd, file), 'utf8');
      for (const part of ['class StreamSocketClient', says])
        if (!text.includes(part)) throw new Error(`${file} has no ${part}`);
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failures.length > 0) process.exitCode = 1;
