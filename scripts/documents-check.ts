import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkClients } from './documents/clients.js';
import { checkJava } from './documents/java.js';
import { checkModels } from './documents/models.js';
import { checkRust } from './documents/rust.js';
import { type Part, Steps } from './documents/steps.js';

const PARTS: Readonly<Record<string, Part>> = {
  models: checkModels,
  clients: checkClients,
  java: checkJava,
  rust: checkRust,
};

/** `npm run documents:check -- models`; without arguments, all parts. */
const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`there is no part ${unknown}: take some of ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const document = path.join(root, 'generated/asyncapi/stream-socket.client.json');
const out = await mkdtemp(path.join(os.tmpdir(), 'documents-'));
const steps = new Steps();
try {
  for (const name of asked) await PARTS[name]?.({ root, document, out, step: steps.step.bind(steps) });
} finally {
  await rm(out, { recursive: true, force: true });
}
if (steps.failed) process.exitCode = 1;
