import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { literalIn } from './literals.js';
import { importFault, roomOf } from './rules.js';

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
  const faults = await Promise.all(
    files.map(async (file) => checkSource(file, await readFile(path.join(root, file), 'utf8'))),
  );
  return faults.flat();
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
    if (specifier.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(file), specifier);
      faults.push(importFault(file, file.startsWith('generated/') ? target : target.replace(/\.js$/, '.ts')));
    } else if (roomOf(file) === 'src/domain' || roomOf(file) === 'generated') {
      faults.push(`${roomOf(file)} may not import the package ${specifier}`);
    }
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
