import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CAPABILITY, CAPABILITY_MEMBERS } from '../../generated/capabilities.js';
import { membersOf } from './added-members.js';
import { type ApiReference, applyErrata, type Erratum } from './errata.js';
import { type Addition, applyOverlay } from './overlay.js';

const spec = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../spec');
const read = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(path.join(spec, name), 'utf8')) as T;
const reference = applyErrata(
  await read<ApiReference>('api-reference.json'),
  await read<Erratum[]>('errata.json'),
);

const addition = (more: Partial<Addition>): Addition => ({
  id: 'x',
  target: 'functions/stream::set',
  capability: 'revisions',
  change: [{ op: 'add', path: '/request_schema/properties/if_rev', value: { type: 'integer' } }],
  reason: 'A test.',
  ...more,
});
const functionNamed = (name: string, after: ApiReference) =>
  after.functions.find((each) => each.name === name);

test('a field is added, says that it is ours, and its function tells the capability', () => {
  const after = applyOverlay(reference, [
    addition({}),
    addition({ id: 'y', change: [{ op: 'add', path: '/request_schema/required/-', value: 'if_rev' }] }),
  ]);
  const set = functionNamed('stream::set', after);
  assert.deepEqual(set?.metadata, { capabilities: ['revisions'] });
  const { properties, required } = (set?.request_schema ?? {}) as { properties: object; required: string[] };
  assert.deepEqual((properties as { if_rev: unknown }).if_rev, {
    type: 'integer',
    description: '*Additive.*',
  });
  assert.equal(required.at(-1), 'if_rev');
  assert.equal(functionNamed('stream::get', after)?.metadata?.capabilities, undefined);
});

test('a function, a trigger type and an operation are added', () => {
  const change = (value: unknown) => [{ op: 'add' as const, path: '', value }];
  const after = applyOverlay(reference, [
    addition({ target: 'functions/stream::touch', change: change({ description: 'Touches.' }) }),
    addition({ target: 'triggers/stream:idle', change: change({}) }),
    addition({
      target: 'definitions/UpdateOp',
      change: [{ op: 'add', path: '/oneOf/-', value: { type: 'object' } }],
    }),
  ]);
  assert.equal(functionNamed('stream::touch', after)?.description, '*Additive.* Touches.');
  assert.equal(after.triggers.at(-1)?.name, 'stream:idle');
  const update = functionNamed('stream::update', after)?.request_schema as {
    definitions: { UpdateOp: { oneOf: unknown[] } };
  };
  assert.equal(update.definitions.UpdateOp.oneOf.length, 7);
});

test('what upstream has meanwhile is to be reconciled', () => {
  const twice = addition({ change: [{ op: 'add', path: '/request_schema/properties/data', value: {} }] });
  assert.throws(
    () => applyOverlay(reference, [twice]),
    /x: upstream has \/request_schema\/properties\/data of functions\/stream::set now: reconcile/,
  );
  const known = addition({ change: [{ op: 'add', path: '', value: {} }] });
  assert.throws(() => applyOverlay(reference, [known]), /upstream has functions\/stream::set now: reconcile/);
});

test('an addition changes nothing that is there, and has a place', () => {
  const replace = addition({ change: [{ op: 'replace', path: '/description', value: 'x' }] });
  assert.throws(
    () => applyOverlay(reference, [replace]),
    /replace \/description adds nothing: a correction is an erratum/,
  );
  const nowhere = addition({ target: 'functions/stream::nope' });
  assert.throws(() => applyOverlay(reference, [nowhere]), /there is no functions\/stream::nope/);
  const deep = addition({ change: [{ op: 'add', path: '/a/b/c', value: 1 }] });
  assert.throws(() => applyOverlay(reference, [deep]), /addition x does not fit: add \/a\/b\/c/);
});

test('what upstream has is widened only as long as it says what it said', () => {
  const at = '/request_schema/properties/item_id';
  const value = { anyOf: [{ type: 'string' }, { type: 'null' }] };
  const widen = (before: unknown) =>
    addition({
      change: [
        { op: 'test', path: `${at}/type`, value: 'string' },
        { op: 'test', path: at, value: before },
        { op: 'replace', path: at, value },
      ],
    });
  const set = functionNamed('stream::set', reference)?.request_schema as {
    properties: { item_id: unknown };
  };
  const after = functionNamed('stream::set', applyOverlay(reference, [widen(set.properties.item_id)]));
  const { properties } = (after?.request_schema ?? {}) as typeof set;
  assert.deepEqual(properties.item_id, { ...value, description: '*Additive.*' });
  assert.throws(
    () => applyOverlay(reference, [widen({ type: 'integer' })]),
    /x: upstream has another \/request_schema\/properties\/item_id of functions\/stream::set now: reconcile/,
  );
});

test('a capability is described, and something belongs to it', () => {
  assert.throws(() => membersOf({}, [addition({})], {}), /does not describe revisions/);
  assert.throws(() => membersOf({ lost: 'L.' }, [], {}), /nothing belongs to lost/);
  for (const name of Object.values(CAPABILITY)) assert.ok(CAPABILITY_MEMBERS[name].length > 0, name);
});
