import { inputName, requestName } from './family.js';
import { header } from './header.js';
import type { FunctionSpec, Spec } from './load.js';
import { doc } from './names.js';
import { isAny, type Schema } from './schema.js';

/** `generated/calls.ts`: for each function what it takes and returns, and how its input is checked and taken apart. */
export function renderCalls(spec: Spec): string {
  const { functions } = spec;
  const list = (names: readonly string[]): string =>
    [...names]
      .sort()
      .map((name) => `  ${name},\n`)
      .join('');
  const requests = functions.flatMap((each) => [`type ${requestName(each)}`, `decode${requestName(each)}`]);
  return `${header(spec.inputs.api)}import type { JsonText } from '../src/wire/json-text.js';
import type { Check } from '../src/wire/validation.js';
import { ERROR_CODE, FUNCTION } from './constants.js';
import {
${list(requests)}} from './messages/functions.js';
import {
${list(functions.map((each) => `validate${inputName(each)}`))}} from './validators.js';

/** What the handler of each function gets: a checked input, any-typed fields as raw text. */
export interface Requests {
${functions.map((each) => `${describe(each)}  ${each.key}: ${requestName(each)};\n`).join('')}}

/** What the handler of each function returns. */
export interface Results {
${functions.map((each) => `${describe(each)}  ${each.key}: ${resultType(each)};\n`).join('')}}

export type FunctionKey = keyof Requests;

/** How a call of a function is checked, and taken apart for its handler. */
export interface Call<Request> {
  readonly id: string;
  /** The wire error's \`code\` when the call fails. */
  readonly code: string;
  readonly validate: Check;
  /** Nothing is required, so that an absent or null payload is an empty one. */
  readonly allOptional: boolean;
  /** @param text what \`input\`, which is valid, was parsed from */
  decode(input: unknown, text: string): Request;
}

export const CALLS: { readonly [Key in FunctionKey]: Call<Requests[Key]> } = {
${functions.map(renderCall).join('')}};
`;
}

const describe = ({ id, description }: FunctionSpec): string => doc(`\`${id}\`: ${description}`, '  ');

/** Where a result may be any value or null, a function may return nothing. */
const resultType = ({ response }: FunctionSpec): string =>
  isAny(withoutDefinitions(response)) || response.type === 'null' ? 'JsonText | undefined' : 'JsonText';

function renderCall(spec: FunctionSpec): string {
  const { key, request } = spec;
  return `  ${key}: {
    id: FUNCTION.${key},
    code: ERROR_CODE.${key},
    validate: validate${inputName(spec)},
    allOptional: ${(request.required ?? []).length === 0},
    decode: decode${requestName(spec)} as Call<${requestName(spec)}>['decode'],
  },
`;
}

const withoutDefinitions = ({ definitions: _, ...schema }: Schema): Schema => schema;
