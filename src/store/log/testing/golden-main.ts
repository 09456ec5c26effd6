import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FORMAT_VERSION } from '../format.js';
import { writeExample } from './example-store.js';

// Writes what golden.test.ts compares with: once for each format version, before its first release.
const target = fileURLToPath(new URL(`../golden/v${FORMAT_VERSION}`, import.meta.url));
await mkdir(target, { recursive: true });
for (const [name, data] of (await writeExample()).files()) {
  await writeFile(path.join(target, path.basename(name)), data);
}
