import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { writeJsonSchemas } from './json-schema.js';
import { type Part, run } from './steps.js';
import { withCrate } from './tools.js';

const TYPIFY = 'cargo-typify@0.10.0-alpha.3';

/** Types of typify. */
export const checkRust: Part = async ({ root, out, step }) => {
  const schemas = path.join(out, 'rust-schemas');
  await mkdir(schemas, { recursive: true });
  await step(`${TYPIFY}: its Rust compiles, and reads each event as what it is`, async () => {
    await writeJsonSchemas(root, schemas);
    const typify = await withCrate(TYPIFY, 'cargo-typify');
    const source = path.join(out, 'socket.rs');
    await run(typify, ['typify', path.join(schemas, 'StreamSocket.json'), '--output', source], { cwd: out });
    await readFile(source);
    await writeFile(source, '');
  });
};
