import { renderCalls } from './calls.js';
import { renderCapabilities } from './capabilities.js';
import { renderClientView } from './client-view.js';
import { renderConstants } from './constants.js';
import { renderDescriptors } from './descriptors.js';
import { families } from './family.js';
import { header } from './header.js';
import { renderBindings } from './lang/bindings.js';
import { loadSpec } from './load.js';
import { renderMessages } from './messages.js';
import type { Files } from './output.js';
import { renderRoutes } from './routes.js';
import { renderTypes } from './types.js';
import { renderValidatorCode, renderValidators } from './validators.js';

/** Families whose values nobody writes as one text: bodies over HTTP leave in pieces. */
const WITHOUT_MESSAGES = ['config', 'http'];

/** Everything below `generated/`, by path: a function of `spec/` alone. */
export async function render(specDirectory: string): Promise<Files> {
  const spec = await loadSpec(specDirectory);
  const { api, socket, worker, http, config } = spec.inputs;
  const all = families(spec);
  const files = new Map<string, string>();
  for (const family of all) {
    files.set(`${family.name}.ts`, await renderTypes(family));
    files.set(`validators/${family.name}.js`, renderValidatorCode(family));
    if (!WITHOUT_MESSAGES.includes(family.name))
      files.set(`messages/${family.name}.ts`, renderMessages(family));
  }
  files.set('validators.ts', renderValidators(all, [...api, socket, http, worker, config]));
  files.set('json-text.ts', `${header([])}export type { JsonText } from '../src/wire/json-text.js';\n`);
  files.set('constants.ts', renderConstants(spec));
  files.set('capabilities.ts', renderCapabilities(spec));
  files.set('asyncapi/stream-socket.client.json', renderClientView(spec.socketDocument));
  files.set('descriptors.ts', renderDescriptors(spec));
  files.set('calls.ts', renderCalls(spec));
  files.set('routes.ts', renderRoutes(spec.http, http));
  // Clients of the bindings speak over sockets.
  const spoken = all.filter(({ name }) => name !== 'http');
  for (const [file, text] of await renderBindings(spec, spoken)) files.set(`bindings/${file}`, text);
  return files;
}
