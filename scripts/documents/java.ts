import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { writeJsonSchemas } from './json-schema.js';
import { type Part, run } from './steps.js';
import { withArtifact } from './tools.js';

const VERSION = '1.2.1';

/** Classes of jsonschema2pojo. */
export const checkJava: Part = async ({ root, out, step }) => {
  const schemas = path.join(out, 'schemas');
  const sources = path.join(out, 'pojo');
  await mkdir(schemas, { recursive: true });
  await step(`jsonschema2pojo ${VERSION}: its Java compiles, and holds numbers in 64 bits`, async () => {
    await writeJsonSchemas(root, schemas);
    const jars = await withArtifact('org.jsonschema2pojo', 'jsonschema2pojo-cli', VERSION);
    const main = 'org.jsonschema2pojo.cli.Jsonschema2PojoCLI';
    const flags = ['--source', schemas, '--target', sources, '--package', 'streams'];
    await run('java', ['-cp', jars, main, ...flags], { cwd: out });
    const classes = path.join(sources, 'streams');
    const files = (await readdir(classes)).map((name) => path.join(classes, name));
    await run('javac', ['-proc:none', '-cp', jars, '-d', path.join(out, 'pojo-classes'), ...files], {
      cwd: out,
    });
    const text = await readFile(path.join(classes, 'StreamMessage.java'), 'utf8');
    for (const part of ['Long timestamp;', 'Long seq;', 'String streamName;'])
      if (!text.includes(part)) throw new Error(`StreamMessage.java has no ${part}`);
  });
};
