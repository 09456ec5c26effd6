import { readFile } from 'node:fs/promises';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { Reply } from './reply.js';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** Path → file of the inspector; all there is. */
const FILES: Readonly<Record<string, `${string}.${keyof typeof TYPES}`>> = {
  '/': 'index.html',
  '/base.css': 'base.css',
  '/style.css': 'style.css',
  '/icon.svg': 'icon.svg',
  '/app.js': 'app.js',
  '/api.js': 'api.js',
  '/dom.js': 'dom.js',
  '/editor.js': 'editor.js',
  '/exact.js': 'exact.js',
  '/group.js': 'group.js',
  '/live.js': 'live.js',
  '/sparkline.js': 'sparkline.js',
  '/tables.js': 'tables.js',
  '/tree.js': 'tree.js',
};

/** The wire's names, which exist once: the page imports them as a module like any other. */
const CONSTANTS = Object.entries({ FUNCTION, SOCKET_MESSAGE, STREAM_EVENT })
  .map(([name, values]) => `export const ${name} = Object.freeze(${JSON.stringify(values)});\n`)
  .join('');

/** A part of the inspector page; undefined when there is none at this path. */
export async function page(path: string): Promise<Reply | undefined> {
  if (path === '/constants.js') return { status: 200, type: TYPES.js, body: CONSTANTS };
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (file === undefined) return undefined;
  const type = TYPES[file.slice(file.lastIndexOf('.') + 1) as keyof typeof TYPES];
  return { status: 200, type, body: await readFile(new URL(`./inspector/${file}`, import.meta.url)) };
}
