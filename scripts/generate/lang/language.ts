import type { ConstantBlock } from '../constants.js';
import type { Model } from './model.js';

/** What a release names its packages by. */
export interface Release {
  readonly version: string;
  readonly license: string;
}

/** Emits the types of the spec in one language. All paths are relative to its folder in `generated/bindings/`. */
export interface Language {
  /** The name of its folder. */
  readonly name: string;
  /** Source files that are the same for any spec: their place in `runtime/`, by path. */
  readonly runtime: Readonly<Record<string, string>>;
  /** Where a family's types go. */
  familyPath(family: string): string;
  /** The file of a family's types. */
  renderFamily(family: string, model: Model): string;
  readonly constantsPath: string;
  /** The file of every id, tag and code that goes over a wire. */
  renderConstants(blocks: readonly ConstantBlock[]): string;
  /** Package files and indexes, by path. */
  renderPackage(families: readonly string[], release: Release): ReadonlyMap<string, string>;
}
