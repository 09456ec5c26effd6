import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, CLIENT_PARTS } from './bundle.js';

/**
 * Packs the client as a package of its own, `iii-stream-client`, which depends on nothing. Prints the tarball's path.
 *
 * Arguments: the directory to build and pack in. @default dist-client
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = path.resolve(process.argv[2] ?? `${root}dist-client`);
const whole = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
for (const [name, text] of await bundle()) await writeFile(path.join(directory, `${name}.js`), text);
const tsc = `${root}node_modules/.bin/tsc`;
execFileSync(process.execPath, [
  tsc,
  '-p',
  `${root}tsconfig.client.json`,
  '--outDir',
  path.join(directory, 'types'),
]);
await cp(`${root}LICENSE`, path.join(directory, 'LICENSE'));
// By its own name, and without links to files that this package does not have.
const readme = (await readFile(`${root}src/client/README.md`, 'utf8'))
  .replace(/from 'iii-stream\/(?:client\b\/?)?([\w-]*)'/g, (_, part: string) => {
    return `from 'iii-stream-client${part === '' ? '' : `/${part}`}'`;
  })
  .replace(/\[([^\]]+)\]\((?!https?:|#)[^)]+\)/g, '$1');
await writeFile(path.join(directory, 'README.md'), readme);

const typesOf = (part: string): string => (part === 'client' ? 'index' : part);
const manifest = {
  name: 'iii-stream-client',
  version: whole.version,
  description: 'Follow iii-stream groups in browsers and Node: resumed, ordered, keyed, one socket.',
  license: whole.license,
  type: 'module',
  sideEffects: false,
  exports: Object.fromEntries(
    CLIENT_PARTS.map((part) => [
      part === 'client' ? '.' : `./${part}`,
      { types: `./types/src/client/${typesOf(part)}.d.ts`, import: `./${part}.js` },
    ]),
  ),
  files: ['*.js', 'types'],
  peerDependencies: whole.peerDependencies,
  peerDependenciesMeta: whole.peerDependenciesMeta,
};
await writeFile(path.join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
    cwd: directory,
    encoding: 'utf8',
  }),
);
console.log(path.join(directory, packed.filename));
