import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { circlesOf, type ImportGraph } from './circles.js';
import { literalIn } from './literals.js';
import { importFault, packageFault, roomOf } from './rules.js';

export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

const TREES = ['generated', 'src', 'conformance'];
const IMPORT = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g;
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bprocess\.|\bsetTimeout\b|\bsetInterval\b|\bMath\.random\b/;
const COMMENT = /^\s*(?:\/\/|\/?\*)/;

/** Checks every source below `root` that is no test, and no support of tests in a folder `testing`. */
export async function checkTree(root: string): Promise<readonly Fault[]> {
  const files = (await Promise.all(TREES.map((tree) => sources(root, tree)))).flat().sort();
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(path.join(root, file), 'utf8')] as const),
  );
  const graph = new Map(texts.map(([file, text]) => [file, imports(file, text)]));
  return [...texts.flatMap(([file, text]) => checkSource(file, text)), ...circleFaults(graph)];
}

/** A circle is a fault of the first of its files. */
function circleFaults(graph: ImportGraph): readonly Fault[] {
  return circlesOf(graph).map((circle) => ({
    file: circle[0] ?? '',
    line: 1,
    message: `imports go in a circle: ${circle.join(', ')}`,
  }));
}

/** The files that a source imports. */
const imports = (file: string, text: string): readonly string[] =>
  text
    .split('\n')
    .filter((code) => !COMMENT.test(code))
    .flatMap((code) => [...code.matchAll(IMPORT)])
    .filter(([, specifier = '']) => specifier.startsWith('.'))
    .flatMap(([, specifier = '']) => [
      targetOf(file, specifier),
      // Of what is generated, either may be there.
      path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts'),
    ]);

/** The file that a relative import of `file` means. */
function targetOf(file: string, specifier: string): string {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  // What is generated may be JavaScript with its types beside it.
  return file.startsWith('generated/') ? target : target.replace(/\.js$/, '.ts');
}

/** Checks one source; `file` is relative to the root, with forward slashes. */
export function checkSource(file: string, text: string): readonly Fault[] {
  return text.split('\n').flatMap((code, at) => {
    if (COMMENT.test(code)) return [];
    return [...importFaults(file, code), ...codeFaults(file, code)].map((message) => ({
      file,
      line: at + 1,
      message,
    }));
  });
}

function importFaults(file: string, code: string): readonly string[] {
  const faults: (string | undefined)[] = [];
  for (const [, specifier = ''] of code.matchAll(IMPORT)) {
    faults.push(
      specifier.startsWith('.')
        ? importFault(file, targetOf(file, specifier))
        : packageFault(roomOf(file), specifier),
    );
  }
  return faults.filter((fault) => fault !== undefined);
}

function codeFaults(file: string, code: string): readonly string[] {
  const room = roomOf(file);
  if (room === 'generated') return [];
  const faults: string[] = [];
  const literal = literalIn(code);
  if (literal !== undefined) faults.push(`import the constant of ${literal} from generated/constants.ts`);
  const impure = room === 'src/domain' ? IMPURE.exec(code)?.[0] : undefined;
  if (impure !== undefined) faults.push(`src/domain is pure: no ${impure}`);
  return faults;
}

async function sources(root: string, tree: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(root, tree), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !file.includes('/testing/'));
}
