import type { Definitions } from '../../generate/schema.js';
import type { Row } from '../vectors.js';

const ref = (name: string): { $ref: string } => ({ $ref: `#/definitions/${name}` });
const object = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
});
const nullable = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });
export const STRING = { type: 'string' };

/** Schemas that no message has today and that a next version may well have. */
export const DEFINITIONS = {
  InputV1: {
    description: 'Ends in a quote "\nand has a */, a """ and a \\.',
    ...object(
      Object.fromEntries(
        [
          'with-hyphen',
          'x-trace',
          '1st',
          'a"b',
          'class',
          'type',
          'self',
          'streamName',
          'stream_name',
          '日本',
          'a.b',
        ].map((name) => [name, STRING]),
      ),
      ['stream_name'],
    ),
  },
  Sha1: STRING,
  Count: { type: 'integer', format: 'uint' },
  Array_of_String: { type: 'array', items: STRING },
  Unknown: object({ String: ref('String') }),
  String: { type: 'array', items: { type: 'array', items: ref('Sha1') } },
  URL: object({}),
  Node: object(
    {
      value: true,
      left: nullable(ref('Node')),
      right: ref('Node'),
      children: { type: 'array', items: ref('Node') },
    },
    ['value'],
  ),
  Tree: {
    oneOf: [
      object({ kind: { const: '1st' }, of: ref('Tree') }, ['kind', 'of']),
      object({ kind: { enum: ['with-hyphen'] }, many: { type: 'array', items: ref('Tree') } }, [
        'kind',
        'many',
      ]),
      object({ kind: { const: 'self' } }, ['kind']),
    ],
  },
  Endless: { type: 'array', items: ref('Endless') },
  Mode: {
    oneOf: [
      { const: 'a-b', description: 'The first.' },
      { const: 'a_b' },
      { const: '' },
      { enum: ['self', 'unknown'] },
    ],
  },
  Level: { type: 'string', enum: ['low', 'high'] },
  Limits: object(
    {
      by: { type: 'object', additionalProperties: { type: 'integer', format: 'int64' } },
      of: {
        type: 'object',
        additionalProperties: object({ rate: { type: 'number', format: 'double' } }, ['rate']),
      },
      any: { type: 'object' },
      pair: { type: 'array', items: [STRING, { type: 'integer' }] },
      when: { type: 'string', format: 'date-time' },
      id: { anyOf: [{ type: 'integer', format: 'uint' }, STRING] },
      level: { description: 'A level.', allOf: [ref('Level')] },
      nothing: { type: 'null' },
    },
    [],
  ),
  Nulls: object(
    {
      list: { type: ['array', 'null'], items: { type: ['integer', 'null'] } },
      map: nullable({ type: 'object', additionalProperties: STRING }),
      tree: nullable(ref('Tree')),
      id: { type: ['integer', 'string', 'null'] },
      mode: nullable(ref('Mode')),
      level: { type: ['string', 'null'], enum: ['low', 'high', null] },
      count: nullable(ref('Count')),
    },
    ['list', 'tree', 'level'],
  ),
} as unknown as Definitions;

const row = (type: string, text: string, more: object): Row => ({
  name: `${type} ${text}`,
  family: 'functions',
  type,
  text,
  ...more,
});
const taken = (type: string, text: string, decoded: unknown): Row => row(type, text, { decoded });
export const refused = (type: string, text: string, at: string, keyword: string): Row =>
  row(type, text, { error: { path: at, keyword } });
const $ = (type: string, fields: object = {}): object => ({ $: type, ...fields });

const names = {
  'with-hyphen': 'a',
  '1st': 'b',
  'a"b': 'c',
  class: 'd',
  self: 'e',
  streamName: 'f',
  stream_name: 'g',
  日本: 'h',
  'a.b': 'i',
};
export const ROWS: readonly Row[] = [
  taken('InputV1', JSON.stringify(names), $('InputV1', names)),
  refused('InputV1', '{"streamName":"s"}', 'stream_name', 'required'),
  taken('Sha1', '"x"', 'x'),
  taken('Count', '1e3', 1000),
  refused('Count', '-1', '', 'minimum'),
  taken('ArrayOfString', '["a"]', ['a']),
  taken('UnknownType', '{"String":[["a"],[]]}', $('UnknownType', { String: [['a'], []] })),
  refused('UnknownType', '{"String":[["a",1]]}', 'String[0][1]', 'type'),
  taken('URL', '{}', $('URL')),
  taken(
    'Node',
    '{"value":1.0,"left":null,"right":{"value":null},"children":[{"value":[]}]}',
    $('Node', {
      value: { $any: '1' },
      left: null,
      right: $('Node', { value: { $any: 'null' } }),
      children: [$('Node', { value: { $any: '[]' } })],
    }),
  ),
  refused('Node', '{"value":1,"children":[{"value":1,"left":{}}]}', 'children[0].left.value', 'required'),
  taken(
    'Tree',
    '{"kind":"1st","of":{"kind":"with-hyphen","many":[{"kind":"self"},{"kind":"2nd"}]}}',
    $('Tree1st', {
      of: $('TreeWithHyphen', { many: [$('TreeSelf'), $('Unknown', { tag: '2nd', raw: '{"kind":"2nd"}' })] }),
    }),
  ),
  refused('Tree', '{"kind":"1st","of":{"kind":"1st"}}', 'of.of', 'required'),
  taken('Endless', '[[],[[]]]', { $any: '[[],[[]]]' }),
  ...['a-b', 'a_b', '', 'self', 'unknown', 'more'].map((mode) => taken('Mode', JSON.stringify(mode), mode)),
  taken(
    'Limits',
    '{"by":{"a-b":5,"":0},"of":{"x":{"rate":0.5}},"any":{"k":1e400},"pair":["a",1],"when":"now","id":7,"level":"low","nothing":null}',
    $('Limits', {
      by: { $map: { 'a-b': 5, '': 0 } },
      of: { $map: { x: $('LimitsOfValue', { rate: 0.5 }) } },
      any: { $map: { k: { $any: '1e400' } } },
      pair: [{ $any: '"a"' }, { $any: '1' }],
      when: 'now',
      id: 7,
      level: 'low',
      nothing: null,
    }),
  ),
  taken('Limits', '{"id":"x"}', $('Limits', { id: 'x' })),
  refused('Limits', '{"id":true}', 'id', 'type'),
  refused('Limits', '{"id":1.5}', 'id', 'type'),
  refused('Limits', '{"id":9007199254740992}', 'id', 'maximum'),
  refused('Limits', '{"by":{"a":1,"b":"x"}}', 'by.b', 'type'),
  refused('Limits', '{"of":{"x":{"rate":1e999}}}', 'of.x.rate', 'type'),
  refused('Limits', '{"level":null}', 'level', 'type'),
  taken(
    'Nulls',
    '{"list":[1,null],"map":{"a":"b"},"tree":{"kind":"self"},"id":"x","mode":"a-b","level":"low","count":3}',
    $('Nulls', {
      list: [1, null],
      map: { $map: { a: 'b' } },
      tree: $('TreeSelf'),
      id: 'x',
      mode: 'a-b',
      level: 'low',
      count: 3,
    }),
  ),
  taken(
    'Nulls',
    '{"list":null,"map":null,"tree":null,"id":null,"mode":null,"level":null,"count":null}',
    $('Nulls', { list: null, map: null, tree: null, id: null, mode: null, level: null, count: null }),
  ),
  taken('Nulls', '{"list":[],"tree":null,"level":"mid"}', $('Nulls', { list: [], tree: null, level: 'mid' })),
  refused('Nulls', '{"list":[1,"x"],"tree":null,"level":null}', 'list[1]', 'type'),
  refused('Nulls', '{"list":null,"level":null}', 'tree', 'required'),
];
