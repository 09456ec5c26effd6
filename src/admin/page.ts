import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FUNCTION } from '../../generated/constants.js';
import type { Reply } from './reply.js';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** Path → file, from the inspector's directory; all there is. */
const FILES: Readonly<Record<string, `${string}.${keyof typeof TYPES}`>> = {
  '/': 'index.html',
  '/base.css': 'base.css',
  '/style.css': 'style.css',
  '/tables.css': 'tables.css',
  '/tree.css': 'tree.css',
  '/icon.svg': 'icon.svg',
  '/app.js': 'app.js',
  '/api.js': 'api.js',
  '/dom.js': 'dom.js',
  '/editor.js': 'editor.js',
  '/exact.js': 'exact.js',
  '/group.js': 'group.js',
  '/live.js': 'live.js',
  '/rows.js': 'rows.js',
  '/sparkline.js': 'sparkline.js',
  '/tables.js': 'tables.js',
  '/tree.js': 'tree.js',
  '/example.html': '../../client/example/example.html',
  '/example.js': '../../client/example/example.js',
};

/** The wire's names, which exist once: the page imports them as a module like any other. */
const CONSTANTS = Object.entries({ FUNCTION })
  .map(([name, values]) => `export const ${name} = Object.freeze(${JSON.stringify(values)});\n`)
  .join('');

/** Our client as one module: what the build made of it, or in a checkout its sources, bundled when they are asked for. */
async function clientModule(): Promise<string> {
  const built = new URL('../../client/client.js', import.meta.url);
  const source = new URL('../client/index.ts', import.meta.url);
  return readFile(built, 'utf8').catch(async () => {
    const { build } = await import('esbuild');
    const entryPoints = [fileURLToPath(source)];
    const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false });
    return outputFiles[0]?.text ?? '';
  });
}

/** A part of the inspector page; undefined when there is none at this path. */
export async function page(path: string): Promise<Reply | undefined> {
  if (path === '/constants.js') return { status: 200, type: TYPES.js, body: CONSTANTS };
  if (path === '/client.js') return { status: 200, type: TYPES.js, body: await clientModule() };
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (file === undefined) return undefined;
  const type = TYPES[file.slice(file.lastIndexOf('.') + 1) as keyof typeof TYPES];
  return { status: 200, type, body: await readFile(new URL(`./inspector/${file}`, import.meta.url)) };
}
