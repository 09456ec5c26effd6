import { readFile } from 'node:fs/promises';

/** Where the package says its version: seen from the source, and from what is built of it. */
const MANIFESTS = ['../../package.json', '../../../package.json'];

/** The version of the package. */
export async function version(): Promise<string> {
  for (const manifest of MANIFESTS) {
    const text = await readFile(new URL(manifest, import.meta.url), 'utf8').catch(() => '{}');
    const { name, version } = JSON.parse(text) as { name?: string; version?: string };
    if (name === 'iii-stream' && version !== undefined) return version;
  }
  return 'unknown';
}
