import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { explain } from '../../src/wire/validation.js';

/** Path of a file that something is generated from, below the root. */
export type Input = string;

/** A file of `spec/`, parsed. */
export interface Document<T> {
  readonly input: Input;
  readonly value: T;
}

/** Reads the files of one directory, each checked against its schema in `schemas/`. */
export class Inputs {
  readonly #directory: string;
  readonly #ajv = new Ajv({ allowUnionTypes: true, strictRequired: false });

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * @param schema of `schemas/`; a file that somebody else publishes has none
   * @throws Error naming the file and the member that breaks the schema
   */
  async read<T>(name: string, schema?: string): Promise<Document<T>> {
    const text = await readFile(path.join(this.#directory, name), 'utf8');
    const value = parse(text) as T;
    if (schema !== undefined) await this.#check(name, value, schema);
    return { input: `spec/${name}`, value };
  }

  async #check(name: string, value: unknown, schema: string): Promise<void> {
    const file = path.join(this.#directory, `schemas/${schema}.schema.json`);
    const validate = this.#ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object);
    if (!validate(value)) throw new Error(`spec/${name}: ${explain(validate as never, 'the file')}`);
  }
}
