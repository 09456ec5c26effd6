import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkTree } from './boundaries/check.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const faults = await checkTree(root);
for (const { file, line, message } of faults) console.error(`${file}:${line}: ${message}`);
if (faults.length > 0) process.exitCode = 1;
