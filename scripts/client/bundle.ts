import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The parts of the client that a page may import, by their names as exports of the package. */
export const CLIENT_PARTS = ['client', 'ops', 'react', 'tanstack-db'] as const;
const ENTRIES: Readonly<Record<(typeof CLIENT_PARTS)[number], string>> = {
  client: 'src/client/index.ts',
  ops: 'src/client/ops.ts',
  react: 'src/client/react.ts',
  'tanstack-db': 'src/client/tanstack-db.ts',
};

/** What the app brings itself. */
const EXTERNAL = ['react', '@tanstack/db'];

/** Constants as enums, whose values a bundler puts where they are used: the tables themselves stay out of the page. */
const inlineConstants: Plugin = {
  name: 'inline-constants',
  setup({ onLoad }) {
    onLoad({ filter: /(generated|client).constants\.[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replace(/export const (\w+) = \{([\s\S]*?)\n\} as const;/g, (_, name: string, members: string) => {
          return `export enum ${name} {${members.replace(/^(\s*\w+): /gm, '$1 = ')}\n}`;
        })
        .replace(/^export type [^;]*;$/gm, '');
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * The client for browsers, as `name of the part → text of its module`. Nothing is written.
 *
 * @param code imports what is wanted, instead of all parts
 */
export async function bundle({ code }: { code?: string } = {}): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    ...(code === undefined
      ? { entryPoints: Object.entries(ENTRIES).map(([out, path]) => ({ in: root + path, out })) }
      : { stdin: { contents: code, resolveDir: `${root}src/client`, loader: 'ts' } }),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: EXTERNAL,
    plugins: [inlineConstants],
    // Names that nobody outside of the client knows; a minifier cannot see that.
    mangleProps: /^_/,
    outdir: '/',
    legalComments: 'none',
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*\/|\.js$/g, ''), text]));
}
