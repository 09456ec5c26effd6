import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from './json-text.js';
import { changesAfter, type ItemEntry, ownId, resetReason, tombstoneValue } from './since.js';

const AT = { stream: 's', group: 'g' };
const entry = (id: string, rev: number, timestamp: number, more: Partial<ItemEntry> = {}): ItemEntry => ({
  id,
  rev,
  timestamp,
  alive: true,
  created: rev,
  deletedBefore: 0,
  value: asJson(`"${id}"`),
  ...more,
});
const tombstone = (id: string, rev: number, timestamp: number): ItemEntry =>
  entry(id, rev, timestamp, { alive: false, created: 0, value: tombstoneValue(id, undefined) });

const told = (since: number, entries: readonly ItemEntry[]): unknown[] =>
  changesAfter(AT, 'e', since, entries).map(({ kind, item, seq, timestamp, created }) => [
    kind,
    item,
    seq,
    timestamp,
    ...(created === undefined ? [] : [created]),
  ]);

test('the newest state of what changed, in seq order whatever the order of the entries', () => {
  const entries = [
    tombstone('gone', 9, 109),
    entry('old', 2, 102),
    entry('updated', 7, 107, { created: 1 }),
    entry('new', 8, 108, { created: 8 }),
    entry('unknown', 10, 110, { created: 0 }),
  ];
  const expected = [
    ['update', 'updated', 7, 107],
    ['create', 'new', 8, 108],
    ['delete', 'gone', 9, 109],
    ['update', 'unknown', 10, 110],
  ];
  assert.deepEqual(told(5, entries), expected);
  assert.deepEqual(told(5, entries.toReversed()), expected);
  assert.deepEqual(told(10, entries), []);
});

test('deleted and created again: both after the deletion, only the newer after the creation', () => {
  const again = entry('a', 9, 109, { created: 8, deletedBefore: 6, deletedBeforeAt: 106 });
  assert.deepEqual(told(5, [again]), [
    ['delete', 'a', 6, 106],
    ['create', 'a', 9, 109, 8],
  ]);
  assert.deepEqual(told(6, [again]), [['create', 'a', 9, 109, 8]]);
  assert.deepEqual(told(8, [again]), [['update', 'a', 9, 109]]);
});

test('created before what is told between: a creation there, and an update; else a creation that tells where', () => {
  const entries = [
    entry('a', 9, 109, { created: 5 }),
    entry('b', 7, 107),
    entry('c', 8, 108, { created: 6 }),
    entry('d', 12, 112, { created: 10 }),
  ];
  assert.deepEqual(told(4, entries), [
    ['create', 'a', 5, 105],
    ['create', 'c', 6, 106],
    ['create', 'b', 7, 107],
    ['update', 'c', 8, 108],
    ['update', 'a', 9, 109],
    ['create', 'd', 12, 112, 10],
  ]);
  // Between the creation of e and its last change nothing is told but another such creation.
  const nested = [entry('e', 7, 107, { created: 5 }), entry('f', 9, 109, { created: 6 }), entry('g', 8, 108)];
  assert.deepEqual(told(4, nested), [
    ['create', 'e', 5, 105],
    ['create', 'f', 6, 106],
    ['update', 'e', 7, 107],
    ['create', 'g', 8, 108],
    ['update', 'f', 9, 109],
  ]);
});

test('a client that ignores updates of what it does not have is right wherever a catch-up is cut off', () => {
  let state = 16;
  const chance = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < 300; round += 1) {
    const entries = new Map<string, ItemEntry>();
    let shown: string[] = [];
    let cursor = 0;
    for (let seq = 1; seq <= 40; seq += 1) {
      const id = `i${Math.floor(chance() * 6)}`;
      const old = entries.get(id);
      if (old?.alive === true && chance() < 0.3) entries.set(id, tombstone(id, seq, 100 + seq));
      else if (old?.alive === true) entries.set(id, { ...old, rev: seq, timestamp: 100 + seq });
      else entries.set(id, entry(id, seq, 100 + seq, { deletedBefore: old?.rev ?? 0 }));
      if (chance() < 0.7) continue;
      const changes = changesAfter(AT, 'e', cursor, entries.values());
      let last = 100 + cursor;
      for (const change of changes.slice(0, Math.floor(chance() * (changes.length + 1)))) {
        const { kind, item } = change;
        assert.ok(change.timestamp > last && change.seq > cursor);
        last = change.timestamp;
        cursor = change.seq;
        if (kind === 'delete') shown = shown.filter((known) => known !== item);
        if (kind === 'create' && !shown.includes(item)) shown.push(item);
      }
    }
    for (const { kind, item } of changesAfter(AT, 'e', cursor, entries.values())) {
      if (kind === 'delete') shown = shown.filter((known) => known !== item);
      if (kind === 'create' && !shown.includes(item)) shown.push(item);
      if (kind === 'update') assert.ok(shown.includes(item), `round ${round}: an update of ${item}`);
    }
    const list = [...entries.values()].filter(({ alive }) => alive).sort((a, b) => a.created - b.created);
    assert.deepEqual(
      shown,
      list.map(({ id }) => id),
      `round ${round}`,
    );
  }
});

test('timestamps strictly increase, also where nobody kept the time of a deletion', () => {
  const entries = [
    entry('a', 12, 900, { deletedBefore: 5 }),
    entry('b', 6, 700),
    entry('c', 13, 901, { created: 13, deletedBefore: 7 }),
    entry('d', 10, 704, { deletedBefore: 8 }),
  ];
  assert.deepEqual(told(4, entries), [
    ['delete', 'a', 5, 699],
    ['create', 'b', 6, 700],
    ['delete', 'c', 7, 701],
    ['delete', 'd', 8, 702],
    ['create', 'd', 10, 704],
    ['create', 'a', 12, 900],
    ['create', 'c', 13, 901],
  ]);
});

test('a cursor of another epoch, ahead of the group or before the horizon is no place to resume from', () => {
  const head = { epoch: 'e', seq: 10, horizon: 4 };
  const reasons = [
    { epoch: 'x', seq: 10 },
    { epoch: 'e', seq: 11 },
    { epoch: 'e', seq: 3 },
    { epoch: 'e', seq: 4 },
    { epoch: 'e', seq: 10 },
  ].map((cursor) => resetReason(head, cursor));
  assert.deepEqual(reasons, ['epoch', 'epoch', 'horizon', undefined, undefined]);
});

test('a tombstone keeps the id that clients know the item by', () => {
  assert.equal(tombstoneValue('a', ownId(asJson('{"id": 7 }'))), '{"id":7}');
  for (const value of [undefined, asJson('{"x":1}'), asJson('[1]')])
    assert.equal(tombstoneValue('ä"', ownId(value)), '{"id":"ä\\""}');
});
