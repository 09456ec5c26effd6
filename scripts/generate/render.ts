import { renderCalls } from './calls.js';
import { renderConstants } from './constants.js';
import { renderDescriptors } from './descriptors.js';
import { families } from './family.js';
import { header } from './header.js';
import { renderBindings } from './lang/bindings.js';
import { loadSpec } from './load.js';
import { renderMessages } from './messages.js';
import type { Files } from './output.js';
import { renderTypes } from './types.js';
import { renderValidatorCode, renderValidators } from './validators.js';

/** Everything below `generated/`, by path: a function of `spec/` alone. */
export async function render(specDirectory: string): Promise<Files> {
  const spec = await loadSpec(specDirectory);
  const { api, socket, worker, config } = spec.inputs;
  const all = families(spec);
  const files = new Map<string, string>();
  for (const family of all) {
    files.set(`${family.name}.ts`, await renderTypes(family));
    files.set(`validators/${family.name}.js`, renderValidatorCode(family));
    if (family.name !== 'config') files.set(`messages/${family.name}.ts`, renderMessages(family));
  }
  files.set('validators.ts', renderValidators(all, [...api, socket, worker, config]));
  files.set('json-text.ts', `${header([])}export type { JsonText } from '../src/wire/json-text.js';\n`);
  files.set('constants.ts', renderConstants(spec));
  files.set('descriptors.ts', renderDescriptors(spec));
  files.set('calls.ts', renderCalls(spec));
  for (const [file, text] of await renderBindings(spec, all)) files.set(`bindings/${file}`, text);
  return files;
}
