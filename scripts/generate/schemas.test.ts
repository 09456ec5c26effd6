import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Check, explain } from '../../src/wire/validation.js';
import type { ReferenceFunction } from './errata.js';
import type { Files } from './output.js';
import { SpecCopy } from './testing/reference.js';

type Fields = Readonly<Record<string, unknown>>;
const input = (properties: Fields, more: Fields = {}): Fields => ({
  title: 'Input',
  type: 'object',
  properties,
  ...more,
});

interface Row {
  readonly function: Partial<ReferenceFunction> & { readonly name: string };
  /** The name of the validator, and what it says of values. */
  readonly check?: readonly [
    validator: string,
    samples: readonly (readonly [value: unknown, says: string])[],
  ];
  /** What the types hold. */
  readonly types?: RegExp;
  /** What the messages hold. */
  readonly messages?: RegExp;
}

const row = (name: string, request_schema: Fields | undefined, response_schema?: Fields): Row['function'] =>
  ({ name: `stream::${name}`, request_schema, response_schema }) as Row['function'];

/** Plausible schemas of a next version. */
const ROWS: Readonly<Record<string, Row>> = {
  'titles and definitions that end in a digit': {
    function: row(
      'digits',
      input(
        { sum: { $ref: '#/definitions/Sha1' } },
        { title: 'InputV1', definitions: { Sha1: { type: 'string' } } },
      ),
    ),
    types: /export type Sha1 = string;/,
  },
  'a definition that another function has too': {
    function: row(
      'shared',
      input(
        { op: { $ref: '#/definitions/FieldPath' } },
        {
          definitions: {
            FieldPath: { description: 'Represents a path to a field in a JSON object', type: 'string' },
          },
        },
      ),
    ),
    types: /SharedInput \{\n {2}op\?: FieldPath;/,
  },
  'another definition of a name that is there': {
    function: row(
      'other',
      input({ op: { $ref: '#/definitions/FieldPath' } }, { definitions: { FieldPath: { type: 'integer' } } }),
    ),
    types: /export type OtherInputFieldPath = number;/,
  },
  'a definition named like a type of ours': {
    function: row(
      'named',
      input({ a: { $ref: '#/definitions/JsonText' } }, { definitions: { JsonText: { type: 'string' } } }),
    ),
    types: /export type NamedInputJsonText = string;/,
  },
  'a bare integer as a result': {
    function: row('count', input({}), { title: 'uint', type: 'integer', format: 'uint', minimum: 0 }),
    types: /CountResult = number;/,
    messages: /encodeCountResult\(result: Readonly<CountResult>\)/,
  },
  'an array of strings as a result': {
    function: row('names', input({}), { title: 'Array_of_String', type: 'array', items: { type: 'string' } }),
    types: /NamesResult = string\[\];/,
  },
  'a map as a result': {
    function: row('map', input({}), {
      title: 'Map',
      type: 'object',
      additionalProperties: { type: 'integer', format: 'uint64' },
    }),
    types: /MapResult = \{\[key: string\]: number\};/,
    check: [
      'validateMapResult',
      [
        [{ a: 1 }, 'valid'],
        [{ a: -1 }, 'a: must be >= 0'],
      ],
    ],
  },
  'an empty struct as a result': {
    function: row('unit', input({}), { title: 'Unit', type: 'object' }),
    types: /UnitResult/,
  },
  'a result of optional fields only': {
    function: row('maybe', input({}), {
      title: 'Maybe',
      type: 'object',
      properties: { a: { type: 'string' }, b: true },
    }),
  },
  'integer formats, in maps and unions too': {
    function: row(
      'formats',
      input({
        a: { type: 'integer', format: 'uint64' },
        b: { type: 'object', additionalProperties: { type: 'integer', format: 'int32' } },
        c: { anyOf: [{ type: 'integer', format: 'uint8' }, { type: 'null' }] },
        d: { type: ['integer', 'string'], format: 'int32' },
      }),
    ),
    check: [
      'validateFormatsInput',
      [
        [{ a: 2 ** 53 - 1, b: { x: -1 }, c: null, d: 'x' }, 'valid'],
        [{ a: -1 }, 'a: must be >= 0'],
        [{ a: 2 ** 53 }, 'a: must be <= 9007199254740991'],
        [{ b: { x: 2 ** 31 } }, 'b.x: must be <= 2147483647'],
        [{ c: 256 }, 'c: must be <= 255'],
        [{ d: 2 ** 31 }, 'd: must be <= 2147483647'],
      ],
    ],
  },
  'formats that only say what is meant': {
    function: row(
      'meant',
      input({ at: { type: 'string', format: 'date-time' }, x: { type: 'number', format: 'double' } }),
    ),
    check: [
      'validateMeantInput',
      [
        [{ at: 'now', x: 1.5 }, 'valid'],
        [{ x: 'a' }, 'x: must be number'],
      ],
    ],
  },
  'a tuple of draft 7': {
    function: row(
      'tuple',
      input({
        at: {
          type: 'array',
          items: [{ type: 'string' }, { type: 'integer', format: 'uint' }],
          minItems: 2,
          maxItems: 2,
        },
      }),
    ),
    types: /at\?: \[string\??, number\??/,
    check: [
      'validateTupleInput',
      [
        [{ at: ['a', 1] }, 'valid'],
        [{ at: ['a', 'b'] }, 'at[1]: must be integer'],
      ],
    ],
  },
  'draft 2020-12: $defs, prefixItems': {
    function: row('draft', {
      ...input(
        { at: { type: 'array', prefixItems: [{ $ref: '#/$defs/Name' }], items: false, minItems: 1 } },
        { $defs: { Name: { type: 'string' } } },
      ),
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    }),
    check: [
      'validateDraftInput',
      [
        [{ at: ['a'] }, 'valid'],
        [{ at: [1] }, 'at[0]: must be string'],
      ],
    ],
  },
  'recursive definitions': {
    function: row(
      'tree',
      input(
        { root: { $ref: '#/definitions/Tree' } },
        {
          definitions: {
            Tree: {
              type: 'object',
              required: ['name'],
              properties: {
                name: { type: 'string' },
                children: { type: 'array', items: { $ref: '#/definitions/Tree' } },
              },
            },
          },
        },
      ),
    ),
    types: /export interface Tree \{\n {2}name: string;\n {2}children\?: Tree\[\];/,
    check: [
      'validateTreeInput',
      [
        [{ root: { name: 'a', children: [{ name: 'b' }] } }, 'valid'],
        [{ root: { name: 'a', children: [{}] } }, 'root.children[0].name: is required'],
      ],
    ],
  },
  'fields that are no identifiers': {
    function: row(
      'fields',
      input(
        {
          'with-hyphen': { type: 'string' },
          'x-trace': true,
          '1st': { type: 'integer' },
          "it's": { type: 'string' },
          'a"b\\c': { type: 'string' },
        },
        { required: ['with-hyphen', "it's"] },
      ),
    ),
    types: /'with-hyphen': string;/,
    check: [
      'validateFieldsInput',
      [
        [{ 'with-hyphen': 'a', "it's": 'b' }, 'valid'],
        [{ 'with-hyphen': 'a' }, "it's: is required"],
      ],
    ],
  },
  'arrays of any values, and of records that hold some': {
    function: row(
      'lists',
      input(
        {
          values: { type: 'array', items: true },
          pairs: { type: 'array', items: { $ref: '#/definitions/Pair' } },
        },
        { definitions: { Pair: { type: 'object', properties: { key: { type: 'string' }, value: true } } } },
      ),
    ),
    messages: /sliceElements\(fieldText\(text, 'pairs'\)\)\.map/,
  },
  'variants that are documented one by one': {
    function: row(
      'enums',
      input({
        mode: {
          oneOf: [
            { description: 'Quick.', type: 'string', enum: ['fast'] },
            { description: 'Safe.', type: 'string', const: 'slow' },
          ],
        },
      }),
    ),
    types: /mode\?: 'fast' \| 'slow';/,
    check: [
      'validateEnumsInput',
      [
        [{ mode: 'fast' }, 'valid'],
        [{ mode: 'x' }, 'mode: must be one of fast, slow'],
      ],
    ],
  },
  'formats in maps, unions and lists': {
    function: row(
      'more_formats',
      input({
        a: { type: 'object', additionalProperties: { type: 'string', format: 'date-time' } },
        b: {
          anyOf: [
            { type: 'number', format: 'double' },
            { type: 'string', format: 'date-time' },
            { type: 'null' },
          ],
        },
        c: {
          oneOf: [
            { type: 'integer', format: 'uint64' },
            { type: 'string', format: 'date-time' },
          ],
        },
        d: { type: 'array', items: { type: 'number', format: 'float' } },
      }),
    ),
    types: /b\?: number \| string \| null;/,
    check: [
      'validateMoreFormatsInput',
      [
        [{ a: { x: 'now' }, b: null, c: 'x', d: [0.5] }, 'valid'],
        [{ a: { x: 1 } }, 'a.x: must be string'],
      ],
    ],
  },
  'values that may be null, and lists of values of any type': {
    function: row(
      'nulls',
      input({
        level: { type: ['string', 'null'], enum: ['low', 'high', null] },
        each: { enum: ['a', 1, null] },
        any: { type: ['object', 'array', 'null'] },
        not: { not: { type: 'string' } },
      }),
    ),
    messages: /readonly level: Exclude<NullsInput\['level'\], undefined> \| undefined;/,
    check: [
      'validateNullsInput',
      [
        [{ level: null, each: null, any: [], not: 1 }, 'valid'],
        [{ level: 'mid' }, 'level: must be one of low, high, null'],
      ],
    ],
  },
  'a schema that holds itself': {
    function: row('self', input({ next: { $ref: '#' }, n: { type: 'integer' } }), {
      title: 'Self',
      type: 'object',
      properties: { of: { type: 'array', items: { $ref: '#' } } },
    }),
    types: /interface SelfResult \{\n {2}of\?: SelfResult\[\];/,
    check: [
      'validateSelfInput',
      [
        [{ next: { next: { n: 1 } } }, 'valid'],
        [{ next: { next: { n: 'x' } } }, 'next.next.n: must be integer'],
      ],
    ],
  },
  'definitions as generics are called': {
    function: row(
      'generics',
      input(
        { page: { $ref: '#/definitions/Page_for_Item' }, some: { $ref: '#/definitions/Option<u8>' } },
        {
          definitions: {
            Page_for_Item: { type: 'object', properties: { a: true } },
            'Option<u8>': { type: 'integer' },
          },
        },
      ),
    ),
    types: /export interface Page_for_Item \{/,
  },
  'notes of other tools': {
    function: row(
      'notes',
      input(
        { a: { type: 'string', example: 'x', 'x-order': 1, deprecated: true, examples: ['y'] } },
        { 'x-rust-type': 'T' },
      ),
    ),
    types: /interface NotesInput/,
  },
  'a function whose name begins with a digit': {
    function: row('2fa', input({ a: true })),
    types: /interface _2faInput/,
  },
  'a function in a namespace': {
    function: row('group::get', input({ a: true })),
    types: /interface GroupGetInput/,
  },
  'a function whose name has a version': {
    function: row('x.v2', input({ a: true })),
    types: /interface XV2Input/,
  },
  'a function of which nothing is said': { function: { name: 'stream::bare' }, types: /BareInput = unknown/ },
  'an input that may be null': {
    function: row('nullable', {
      ...input({ a: { type: 'string', nullable: true } }),
      description: 'Optional.',
    }),
    check: [
      'validateNullableInput',
      [
        [{ a: null }, 'valid'],
        [{ a: 1 }, 'a: must be string or null'],
      ],
    ],
  },
};

describe('schemas of a next version', () => {
  let copy: SpecCopy;
  let files: Files;
  let said: string;
  before(async () => {
    copy = await SpecCopy.make();
    files = await copy.render((reference) => ({
      functions: [...reference.functions, ...Object.values(ROWS).map((each) => each.function)],
      triggers: [...reference.triggers, { name: 'stream:group:join', return_schema: { type: 'object' } }],
    }));
    said = await copy.compile(files);
  });
  after(() => copy[Symbol.asyncDispose]());

  test('all of them compile, side by side', () => assert.equal(said, ''));

  test('a result of optional fields only is written with whatever is there', async () => {
    const module = (await import(
      pathToFileURL(path.join(copy.directory, 'generated/messages/functions.ts')).href
    )) as { encodeMaybeResult: (parts: { a: string | undefined; b: string | undefined }) => string };
    assert.equal(module.encodeMaybeResult({ a: undefined, b: undefined }), '{}');
    assert.equal(module.encodeMaybeResult({ a: undefined, b: '1.0' }), '{"b":1.0}');
    assert.equal(module.encodeMaybeResult({ a: 'x', b: '1.0' }), '{"a":"x","b":1.0}');
  });

  test('a trigger type in a namespace has a name of its own', () => {
    assert.match(files.get('constants.ts') ?? '', /groupJoin: 'stream:group:join'/);
  });

  for (const [what, { check, types, messages }] of Object.entries(ROWS)) {
    test(what, async () => {
      if (types !== undefined) assert.match(files.get('functions.ts') ?? '', types);
      if (messages !== undefined) assert.match(files.get('messages/functions.ts') ?? '', messages);
      if (check === undefined) return;
      const [name, samples] = check;
      const module = (await import(
        pathToFileURL(path.join(copy.directory, 'generated/validators/functions.js')).href
      )) as Readonly<Record<string, Check>>;
      const validate = module[name] as Check;
      for (const [value, says] of samples) {
        assert.equal(validate(value) ? 'valid' : explain(validate, 'payload'), says, JSON.stringify(value));
      }
    });
  }
});

/** What cannot be supported, and the one sentence that says so. */
const REFUSED: Readonly<Record<string, readonly [Row['function'], RegExp]>> = {
  'an unknown integer format': [
    row('odd', input({ a: { type: 'integer', format: 'uint12' } })),
    /^stream::odd: request_schema\.a: the format uint12 is not known/,
  ],
  'a keyword that changes what is valid': [
    row('odd', input({ a: { type: 'object', unevaluatedProperties: false } })),
    /^stream::odd: request_schema\.a: unevaluatedProperties is not supported/,
  ],
  'a reference out of the schema': [
    row('odd', input({ a: { $ref: 'other.json#/x' } })),
    /^stream::odd: request_schema\.a: the reference other\.json#\/x does not name a definition/,
  ],
  'a definition that is only a reference to itself': [
    row(
      'odd',
      input(
        { a: { $ref: '#/definitions/A' } },
        { definitions: { A: { $ref: '#/definitions/B' }, B: { $ref: '#/definitions/A' } } },
      ),
    ),
    /^stream::odd: request_schema: the definition A is a reference to itself/,
  ],
  'a keyword of a newer draft': [
    row('odd', input({ a: { type: 'string' } }, { dependentRequired: { a: ['b'] } })),
    /^stream::odd: request_schema: dependentRequired is not supported/,
  ],
  'no JSON Schema': [
    row('odd', input({ a: { type: 'strings' } })),
    /^stream::odd: request_schema: properties\.a\.type must be/,
  ],
  'a field that every object has': [
    row('odd', input({ hasOwnProperty: { type: 'string' } })),
    /^stream::odd: request_schema: a field called hasOwnProperty is not supported/,
  ],
  'a reference to nothing': [row('odd', input({ a: { $ref: '#/definitions/Nope' } })), /Nope/],
  'two functions with one name in code': [
    row('list-groups', input({})),
    /stream::list_groups and stream::list-groups/,
  ],
  'a function without a name': [{ name: '' }, /has no name/],
};

test('what cannot be supported is one sentence with function, field and reason', async () => {
  await using copy = await SpecCopy.make();
  for (const [what, [added, sentence]] of Object.entries(REFUSED)) {
    const rendered = copy.render(({ functions, triggers }) => ({
      functions: [...functions, added],
      triggers,
    }));
    await assert.rejects(rendered, (error: Error) => {
      assert.match(error.message, sentence, what);
      assert.equal(error.message.includes('\n'), false, what);
      return true;
    });
  }
});

test('an erratum of a shared definition is applied wherever it is used', async () => {
  await using copy = await SpecCopy.make();
  const files = await copy.render(({ functions, triggers }) => {
    const update = functions.find(({ name }) => name === 'stream::update');
    return { functions: [...functions, { ...update, name: 'stream::update_many' }], triggers };
  });
  const types = files.get('functions.ts') ?? '';
  assert.equal(types.match(/export type UpdateOp =/g)?.length, 1);
  assert.doesNotMatch(types, /UpdateManyInputUpdateOp/);
});

test('two hundred functions are generated in seconds', async (t) => {
  await using copy = await SpecCopy.make();
  const start = performance.now();
  const files = await copy.render(({ functions, triggers }) => ({
    functions: Array.from({ length: 25 }, (_, at) =>
      functions.map((each) => ({ ...each, name: `${each.name}_${at}` })),
    )
      .flat()
      .concat(functions),
    triggers,
  }));
  t.diagnostic(`208 functions in ${Math.round(performance.now() - start)} ms`);
  assert.ok((files.get('calls.ts') ?? '').includes('update24'));
});
