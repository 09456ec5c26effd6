import { errorConstants, updateConstants } from './error-constants.js';
import { header } from './header.js';
import type { ConstantSet, Protocol, Spec } from './load.js';
import { doc, messageKey, pascal, propertyKey, quote } from './names.js';
import { pathConstants } from './path-constants.js';
import { resolve, type Schema } from './schema.js';

export interface Entry {
  readonly key: string;
  readonly value: string | number;
  readonly description?: string | undefined;
}

/** Constants of one kind: an object of TypeScript, an enum where a language has them. */
export interface ConstantBlock {
  /** `SOCKET_ERROR` */
  readonly name: string;
  /** Name of the type of its values, if it gets one. */
  readonly type: string | undefined;
  readonly description: string;
  readonly entries: readonly Entry[];
}

/** `generated/constants.ts`: every id, tag and code that goes over a wire. */
export function renderConstants(spec: Spec): string {
  const { api, socket, worker, errors, ops } = spec.inputs;
  return header([...api, errors, ops, socket, worker]) + constantsOf(spec).map(render).join('\n');
}

/** The constants of the spec, for any language. */
export const constantsOf = (spec: Spec): readonly ConstantBlock[] => [
  ...referenceConstants(spec),
  ...errorConstants(spec.errors),
  ...updateConstants(spec.ops),
  ...pathConstants(spec.socketDocument),
  ...protocolConstants(spec.socket),
  ...protocolConstants(spec.worker),
];

/** The constants of the API reference. */
function referenceConstants(spec: Spec): readonly ConstantBlock[] {
  return [
    block(
      'FUNCTION',
      'FunctionId',
      'Ids of the functions.',
      spec.functions.map(({ key, id, description }) => ({ key, value: id, description })),
    ),
    block(
      'ERROR_CODE',
      undefined,
      "The wire error's `code` of each function.",
      spec.functions.map(({ key, errorCode }) => ({ key, value: errorCode })),
    ),
    block(
      'TRIGGER_TYPE',
      'TriggerTypeId',
      'Ids of the trigger types.',
      spec.triggers.map(({ key, id, description }) => ({ key, value: id, description })),
    ),
  ];
}

/** The constants of an AsyncAPI document: tags of its unions, then what it lists itself. */
function protocolConstants(protocol: Protocol): readonly ConstantBlock[] {
  const tags = Object.entries(protocol.tags).map(([name, { description, unions }]) => {
    const entries = new Map(
      unions.flatMap((union) => tagEntries(union, protocol)).map((entry) => [entry.value, entry]),
    );
    return block(name, `${typeName(name)}Type`, description, [...entries.values()]);
  });
  const constants = Object.entries(protocol.constants).map(([name, set]) => {
    const entries = Object.entries(set.values).map(([key, { value, description }]) => ({
      key,
      value,
      description,
    }));
    checkEnum(name, set, entries, protocol);
    return block(name, set.type, set.description, entries);
  });
  return [...tags, ...constants];
}

function tagEntries(union: string, { definitions }: Protocol): readonly Entry[] {
  return (definitions[union]?.oneOf ?? []).map((branch) => {
    const name = branch.$ref?.split('/').at(-1) ?? '';
    const { properties, description } = resolve(branch, definitions);
    const value = (properties?.type as Schema | undefined)?.const;
    if (typeof value !== 'string') throw new Error(`${union}: a branch has no constant type`);
    return { key: tagKey(name, value), value, description };
  });
}

/** The definition's name in camel case where it says the same as the tag, else the tag. */
function tagKey(name: string, value: string): string {
  const key = messageKey(name);
  return key.toLowerCase() === value ? key : value;
}

function checkEnum(
  name: string,
  { enumeration }: ConstantSet,
  entries: readonly Entry[],
  { definitions }: Protocol,
): void {
  if (enumeration === undefined) return;
  const declared = [...(definitions[enumeration]?.enum ?? [])].sort().join();
  const listed = entries
    .map(({ value }) => value)
    .sort()
    .join();
  if (declared !== listed) throw new Error(`${name} lists [${listed}], but ${enumeration} has [${declared}]`);
}

/** `STREAM_EVENT` → `StreamEvent`. */
const typeName = (name: string): string =>
  name
    .split('_')
    .map((word) => pascal(word.toLowerCase()))
    .join('');

export const block = (
  name: string,
  type: string | undefined,
  description: string,
  entries: readonly Entry[],
): ConstantBlock => ({ name, type, description, entries });

function render({ name, type, description, entries }: ConstantBlock): string {
  const lines = entries.map(({ key, value, description: text }) => {
    const literal = typeof value === 'string' ? quote(value) : String(value);
    return `${text === undefined ? '' : doc(text, '  ')}  ${propertyKey(key)}: ${literal},\n`;
  });
  const alias = type === undefined ? '' : `export type ${type} = (typeof ${name})[keyof typeof ${name}];\n`;
  return `${doc(description)}export const ${name} = {\n${lines.join('')}} as const;\n${alias}`;
}
