import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';

/** Writes the client's modules for browsers into `dist/client`, beside what the compiler wrote. */
const directory = fileURLToPath(new URL('../../dist/client/', import.meta.url));
await mkdir(directory, { recursive: true });
for (const [name, text] of await bundle()) await writeFile(`${directory}${name}.js`, text);
