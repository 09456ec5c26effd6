import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { render } from './render.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const output = path.join(root, 'generated');

const check = process.argv.slice(2).includes('--check');
const files = await render(path.join(root, 'spec'));
const stray = (await existing()).filter((name) => !files.has(name));

if (check) {
  const faults = stray.map((name) => `generated/${name} is not generated`);
  for (const [name, text] of files) {
    if ((await read(name)) !== text) faults.push(`generated/${name} differs from what spec/ gives`);
  }
  if (faults.length > 0) {
    console.error(`${faults.join('\n')}\nFix with: npm run generate`);
    process.exitCode = 1;
  }
} else {
  for (const name of stray) await rm(path.join(output, name));
  for (const [name, text] of files) {
    if ((await read(name)) === text) continue;
    await mkdir(path.dirname(path.join(output, name)), { recursive: true });
    await writeFile(path.join(output, name), text);
  }
}

async function existing(): Promise<readonly string[]> {
  await mkdir(output, { recursive: true });
  const entries = await readdir(output, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(output, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

async function read(name: string): Promise<string | undefined> {
  try {
    return await readFile(path.join(output, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
