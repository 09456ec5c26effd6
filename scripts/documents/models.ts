import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { STREAM_EVENT } from '../../generated/constants.js';

import { writeJacksonAnnotations } from './jackson.js';
import { type Part, run } from './steps.js';
import { withPackage } from './tools.js';

/** Another one may write other models: what it makes of the documents was looked at for this one. */
const MODELINA = '@asyncapi/modelina@5.10.1';

const STRICT = '--noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler'.split(' ');

/** Modelina's types in five languages. */
export const checkModels: Part = async ({ root, document, out, step }) => {
  const inside = (extension: string) => ({ cwd: path.join(out, extension) });
  const files = async (extension: string): Promise<readonly string[]> =>
    (await readdir(path.join(out, extension))).filter((name) => name.endsWith(`.${extension}`));
  const isMade = await step(`${MODELINA} makes models in five languages`, async () => {
    const folder = await withPackage(MODELINA, 'modelina.mjs');
    await run(process.execPath, ['modelina.mjs', document, out], { cwd: folder });
  });
  if (!isMade) return;
  await step('TypeScript compiles', async () => {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, ...STRICT, ...(await files('ts'))], inside('ts'));
  });
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
    const annotations = await writeJacksonAnnotations(path.join(out, 'jackson'));
    const flags = ['-proc:none', '-sourcepath', annotations, '-d', path.join(out, 'classes')];
    await run('javac', [...flags, ...(await files('java'))], inside('java'));
  });
  await step('Java and C# hold a seq in 64 bits', async () => {
    const java = await readFile(path.join(out, 'java/StreamMessage.java'), 'utf8');
    const csharp = await readFile(path.join(out, 'cs/StreamMessage.cs'), 'utf8');
    if (!/Long seq;/.test(java) || !/long\? seq;/.test(csharp)) throw new Error('seq is not a long');
  });
};
