import { renderDecoder } from './decoders.js';
import { arrayText, renderEncoder } from './encoders.js';
import type { Family } from './family.js';
import { header } from './header.js';
import { isBare, type Message, type Messages, renderParts } from './parts.js';
import { definitionShape, type RecordShape, type Shape, shapeOf } from './shape.js';

/** A function without input. */
const NO_FIELDS: RecordShape = { kind: 'record', fields: [] };

/** Everything of a family that is written field by field. */
export function messagesOf({ definitions, layout, requests }: Family): Messages {
  const messages = new Map<string, Message>();
  for (const [definition, schema] of Object.entries(definitions)) {
    const request = requests.get(definition);
    const fields = definitionShape(schema, definitions, layout[definition]);
    const shape = fields ?? (request === undefined ? undefined : NO_FIELDS);
    const parts = request ?? `${definition}Parts`;
    if (shape !== undefined) messages.set(definition, { definition, parts, shape });
  }
  return messages;
}

/** `generated/messages/<family>.ts`: the parts of each message, what writes and what reads them. */
export function renderMessages(family: Family): string {
  const messages = messagesOf(family);
  const blocks = [...messages.values()].flatMap((message) => [
    renderParts(message, messages),
    renderEncoder(message, messages),
    isDecoded(message, family) ? renderDecoder(message, messages) : '',
  ]);
  const results = [...family.results].flatMap(([name, schema]) => {
    return messages.has(name) ? [] : [renderResult(name, shapeOf(schema, family.definitions), messages)];
  });
  return imports(family, [...blocks, ...results].filter((block) => block !== '').join('\n'));
}

/** A result that is no record: an array, a scalar, or whatever else is not passed on as text. */
function renderResult(name: string, shape: Shape, messages: Messages): string {
  if (shape.kind === 'raw' || shape.kind === 'null') return '';
  const isTexts = shape.kind === 'array' && shape.items.kind === 'raw';
  const type = isTexts ? 'readonly JsonText[]' : `Readonly<${name}>`;
  const text = shape.kind === 'array' ? arrayText(shape.items, 'result', messages) : 'JSON.stringify(result)';
  return `/** The text of \`${name}\`. */\nexport function encode${name}(result: ${type}): JsonText {\n  return (${text}) as JsonText;\n}\n`;
}

/** Whoever writes a result is its only reader in parts. */
const isDecoded = (message: Message, { requests, results }: Family): boolean =>
  requests.has(message.definition) || (results.size === 0 && !isBare(message));

function imports({ name, definitions, inputs }: Family, body: string): string {
  const uses = (word: string): boolean =>
    new RegExp(`\\b${word}\\b`).test(body.replace(/\/\*\*.*\*\/\n/g, ''));
  const types = Object.keys(definitions).filter(uses).sort();
  const helpers = ['arrayText', 'fieldText', 'quote'].filter(uses);
  const lines = [
    types.length === 0 ? '' : `import type { ${types.join(', ')} } from '../${name}.js';\n`,
    `import { ${[...helpers, 'type JsonText'].join(', ')} } from '../../src/wire/json-text.js';\n`,
  ];
  return `${header(inputs)}${lines.join('')}\n${body}`;
}
