import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { type Part, run } from './steps.js';
import { withPackage } from './tools.js';

const GENERATOR = '@asyncapi/generator@3.4.1';

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

/** WebSocket clients of the AsyncAPI generator. */
export const checkClients: Part = async ({ document, out, step }) => {
  for (const { language, file, says, check } of CLIENTS) {
    await step(`${GENERATOR}: a client in ${language} compiles, and has the directions right`, async () => {
      const folder = await withPackage(GENERATOR, 'client.mjs');
      const cwd = path.join(out, `client-${language}`);
      await run(process.execPath, ['client.mjs', document, language, cwd], { cwd: folder });
      const [command, ...args] = check;
      await run(command, [...args, file], { cwd });
      const text = await readFile(path.join(cwd, file), 'utf8');
      for (const part of ['class StreamSocketClient', says])
        if (!text.includes(part)) throw new Error(`${file} has no ${part}`);
    });
  }
};
