import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadSpec } from '../generate/load.js';
import { keyOf, pascal } from '../generate/names.js';

/**
 * What tools that read JSON Schema are given: the messages of the socket, and the inputs and results of the functions
 * as `engine::functions::list` tells them. Writes `<Name>.json` files, and returns their names.
 *
 * @param enums writes a constant as an `enum` of one, for tools that read `const` as any value of its type
 */
export async function writeJsonSchemas(
  root: string,
  folder: string,
  enums = false,
): Promise<readonly string[]> {
  const text = await readFile(path.join(root, 'generated/asyncapi/stream-socket.client.json'), 'utf8');
  const { schemas } = JSON.parse(text).components as { schemas: object };
  const definitions = JSON.parse(
    JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/definitions/'),
  );
  const properties = Object.fromEntries(
    Object.keys(definitions).map((name) => [name, { $ref: `#/definitions/${name}` }]),
  );
  const files = new Map<string, unknown>([
    ['StreamSocket', { title: 'StreamSocket', type: 'object', properties, definitions }],
  ]);
  for (const { id, published } of (await loadSpec(path.join(root, 'spec'))).functions) {
    files.set(`${pascal(keyOf(id))}Input`, published.request);
    files.set(`${pascal(keyOf(id))}Result`, published.response);
  }
  for (const [name, schema] of files) {
    if (typeof schema === 'object' && schema !== null && 'properties' in schema) {
      const text = JSON.stringify(schema, enums ? asEnum : undefined);
      await writeFile(path.join(folder, `${name}.json`), text);
    } else files.delete(name);
  }
  return [...files.keys()];
}

/** A replacer for `JSON.stringify`. */
function asEnum(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { const: constant, ...rest } = value as { const?: unknown };
  return typeof constant === 'string' ? { ...rest, enum: [constant] } : value;
}
