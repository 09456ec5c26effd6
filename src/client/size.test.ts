import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundle } from '../../scripts/client/bundle.js';

const packed = await bundle();

/** Bytes that an app loads for what it imports of the packed modules: bundled, minified and compressed. */
async function size(...imports: [names: string, part: string][]): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: imports.map(([names, part]) => `export { ${names} } from 'packed/${part}';`).join('\n'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['react'],
    write: false,
    plugins: [
      {
        name: 'packed',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^packed\// }, ({ path }) => ({ path: path.slice(7), namespace: 'packed' }));
          onLoad({ filter: /./, namespace: 'packed' }, ({ path }) => ({ contents: packed.get(path) ?? '' }));
        },
      },
    ],
  });
  return gzipSync(outputFiles[0]?.text ?? '', { level: 9 }).length;
}

const CORE: [string, string] = ['createStreamClient', 'client'];
const REACT: [string, string] = ['StreamProvider, useStreamGroup, useStreamItem, useStreamEvent', 'react'];

test('the client is as small as it is said to be', async (t) => {
  const core = await size(CORE);
  const both = await size(CORE, REACT);
  t.diagnostic(`core ${core}, hooks ${both - core} bytes`);
  assert.ok(core > 1_000 && core <= 2_560, `the core is ${core} bytes`);
  assert.ok(both - core <= 512, `the hooks are ${both - core} bytes on top of it`);
});
