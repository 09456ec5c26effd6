import { renderDecoder } from './decoders.js';
import { arrayText, renderEncoder } from './encoders.js';
import type { Family } from './family.js';
import { header } from './header.js';
import { isBare, known, type Message, type Messages, renderParts } from './parts.js';
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
  const decoded = decodedOf(family, messages);
  const blocks = [...messages.values()].flatMap((message) => [
    renderParts(message, messages),
    renderEncoder(message, messages),
    decoded.has(message.definition) ? renderDecoder(message, messages) : '',
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

/** Results are read by nobody but who writes them: of functions, what a request holds is read in parts. */
function decodedOf({ requests, results }: Family, messages: Messages): ReadonlySet<string> {
  if (results.size === 0) return new Set([...messages.values()].filter((each) => !isBare(each)).map(nameOf));
  const decoded = new Set<string>();
  const add = (shape: Shape): void => {
    if (shape.kind === 'array') add(shape.items);
    else if (shape.kind === 'nullable') add(shape.of);
    else if (shape.kind === 'named' && !decoded.has(shape.name)) {
      decoded.add(shape.name);
      const message = known(messages, shape.name).shape;
      if (message.kind === 'union') for (const { name } of message.branches) add({ kind: 'named', name });
      else for (const field of message.fields) add(field.shape);
    }
  };
  for (const name of requests.keys()) add({ kind: 'named', name });
  return new Set([...decoded].filter((name) => requests.has(name) || !isBare(known(messages, name))));
}

const nameOf = ({ definition }: Message): string => definition;

function imports({ name, definitions, inputs }: Family, body: string): string {
  const words = new Set(body.replace(/\/\*\*.*\*\/\n/g, '').match(/\w+/g));
  const uses = (word: string): boolean => words.has(word);
  const types = Object.keys(definitions).filter(uses).sort();
  const helpers = ['arrayText', 'fieldText', 'quote'].filter(uses);
  const lines = [
    types.length === 0 ? '' : `import type { ${types.join(', ')} } from '../${name}.js';\n`,
    uses('sliceElements') ? "import { sliceElements } from '../../src/wire/json-elements.js';\n" : '',
    `import { ${[...helpers, 'type JsonText'].join(', ')} } from '../../src/wire/json-text.js';\n`,
  ];
  return `${header(inputs)}${lines.join('')}\n${body}`;
}
