import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where this file lies below the package's root: as source, and built into `dist`. */
const ROOTS = ['../', '../../'];

/** Reads a JSON document of the package, from the source tree and from the built package alike. */
export function readAsset<T>(path: string): T {
  for (const root of ROOTS) {
    try {
      return JSON.parse(readFileSync(fileURLToPath(new URL(root + path, import.meta.url)), 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`the package lacks ${path}`);
}
