import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileIn } from '../compile.js';
import type { ApiReference } from '../errata.js';
import type { Files } from '../output.js';
import { render } from '../render.js';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** A copy of the spec in a folder of its own, to be changed and generated from. */
export class SpecCopy implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<SpecCopy> {
    const copy = new SpecCopy(await mkdtemp(path.join(os.tmpdir(), 'spec-')));
    await cp(path.join(ROOT, 'spec'), path.join(copy.directory, 'spec'), { recursive: true });
    return copy;
  }

  /** Replaces the API reference by what `change` makes of it, and renders. */
  async render(change: (reference: ApiReference) => ApiReference): Promise<Files> {
    const original = await readFile(path.join(ROOT, 'spec/api-reference.json'), 'utf8');
    const changed = change(JSON.parse(original) as ApiReference);
    await writeFile(path.join(this.directory, 'spec/api-reference.json'), JSON.stringify(changed));
    return render(path.join(this.directory, 'spec'));
  }

  /** Writes generated files beside what they import, and compiles them. Returns what the compiler says. */
  compile(files: Files): Promise<string> {
    return compileIn(this.directory, files);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
