import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localStorageCache } from './persist.js';
import { fakeServer, say, settle, shown } from './testing/fake-server.js';

/** What Web Storage does, the refusal of what does not fit included. */
function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    isFull: false,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem(key: string, value: string) {
      if (this.isFull) throw new Error('QuotaExceededError');
      kept.set(key, value);
    },
  };
}

const group = (seq: number) => ({ epoch: 'e1', seq, items: [{ id: 'a', rev: seq, data: { n: seq } }] });

test('localStorage keeps the newest state of each group, once a second', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const place = storage();
  const cache = localStorageCache('ann:', place);
  assert.equal(cache.load('k'), undefined);
  void cache.save('k', group(1));
  void cache.save('k', group(2));
  void cache.save('other', group(7));
  assert.equal(place.kept.size, 0);
  t.mock.timers.tick(1_000);
  await settle();
  assert.deepEqual([...place.kept.keys()], ['ann:k', 'ann:other']);
  assert.deepEqual([cache.load('k'), cache.load('other')], [group(2), group(7)]);
});

test('a full localStorage is told with the next save; what is no JSON when it is read', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const place = storage();
  const cache = localStorageCache('', place);
  place.isFull = true;
  void cache.save('k', group(1));
  t.mock.timers.tick(1_000);
  await settle();
  assert.throws(() => cache.save('k', group(2)), /Quota/);
  place.kept.set('k', '{"epoch":');
  assert.throws(() => cache.load('k'), SyntaxError);
});

test('a visit begins with what localStorage kept of the last one, and resumes from it', async () => {
  const place = storage();
  place.setItem('["s","g",null]', JSON.stringify(group(3)));
  const { client, socket: next, warnings } = fakeServer({ persist: localStorageCache('', place) });
  const views: string[] = [];
  client.group('s', 'g').subscribe((view) => views.push(`${view.status} ${shown(view)}`));
  const socket = await next(1);
  await socket.open();
  const [join] = socket.takeJoins();
  assert.deepEqual(join?.since, { epoch: 'e1', seq: 3 });
  await socket.say(say.ack(join!, 'changes', 4), say.change('update', 'a', 4));
  assert.deepEqual([views, warnings], [['loading ', 'stale a@3', 'live a@4'], []]);
  client.close();
});
