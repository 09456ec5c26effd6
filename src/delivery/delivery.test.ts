import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import type { UpdateOp } from '../../generated/functions.js';
import type { JsonText } from '../../generated/json-text.js';
import type { Change, CustomEvent } from '../domain/change.js';
import { asJson, jsonOf } from '../domain/json-text.js';
import { replayOps } from '../domain/replay.js';
import { applyUpdate, succeededOps, type Updated } from '../domain/update-ops.js';
import { LocalStore } from '../store/local/local-store.js';
import type { Mutation } from '../store/port.js';
import { Hub } from './hub.js';
import type { Source } from './port.js';
import { encodersOf, FakeOutlet, LaggedStore, type Message, OTHER, random } from './testing/harness.js';

const GROUPS = ['g0', 'g1'];
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Rounds per variant, and updates in a row; 10^6 updates are `DELIVERY_SEEDS=120 DELIVERY_UPDATES=30`. */
const SEEDS = Number(process.env.DELIVERY_SEEDS ?? 40);
const UPDATES = Number(process.env.DELIVERY_UPDATES ?? 3);
const OPTIONS = { tombstones: { maxPerGroup: 5, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };

/** What a client that holds one subscription makes of its messages. */
class Model {
  readonly state = new Map<string, unknown>();
  /** What it knows of the items' revs. */
  readonly revs = new Map<string, number>();
  seq = -1;
  /** True once its first reply came. */
  synced = false;
  /** Of a sync that is not whole yet. */
  pieces: ({ id: string; rev: number; data: unknown } | null)[] = [];
  pieceSeq = -1;

  readonly outlet: FakeOutlet;
  readonly group: string;
  readonly item: string | undefined;

  /** Takes updates as ops, and knows the group by this number then. */
  readonly ops: boolean;
  n = 0;
  /** It was acknowledged: what came before it was for others. One that asks for no acknowledgement cannot tell. */
  begun: boolean;
  readonly id: string;
  readonly ack: boolean;
  /** Updates that came as ops. */
  replayed = 0;

  constructor(
    id: string,
    outlet: FakeOutlet,
    group: string,
    item: string | undefined,
    ops: boolean,
    ack: boolean,
  ) {
    this.id = id;
    this.ops = ops;
    this.ack = ack;
    this.begun = !ack && !ops;
    this.outlet = outlet;
    this.group = group;
    this.item = item;
  }

  apply(message: Message): void {
    const { event, seq = 0 } = message;
    if (message.type === 'subscribed' && message.subscriptionId === this.id) {
      this.begun = true;
      this.n = message.n ?? 0;
    }
    if (!this.begun) return;
    if (message.type === undefined) this.replay(message);
    if (event === undefined) return;
    if (event.type === 'sync') {
      if ((message.id ?? undefined) !== this.item) return;
      assert.ok(seq >= this.seq, `a sync at ${seq} over ${this.seq}`);
      const piece = (this.item === undefined ? event.data : [event.data]) as typeof this.pieces;
      // A piece of another seq begins anew.
      this.pieces = this.pieceSeq === seq ? [...this.pieces, ...piece] : piece;
      this.pieceSeq = event.more ? seq : -1;
      if (event.more) return;
      this.synced = true;
      this.state.clear();
      this.revs.clear();
      for (const item of this.pieces) {
        if (item === null) continue;
        assert.ok(!this.state.has(item.id), 'an item comes in one piece');
        this.state.set(item.id, item.data);
        this.revs.set(item.id, item.rev);
      }
      this.seq = seq;
      return;
    }
    if (event.type === 'event') return;
    const id = message.id as string;
    if (this.item !== undefined && id !== this.item) return;
    if (!this.synced) return;
    if (seq <= this.seq) return;
    this.seq = seq;
    if (event.type === 'delete') this.state.delete(id);
    else this.state.set(id, event.data);
    this.revs.set(id, seq);
  }

  replay({ n, id, seq = 0, from, ops = [] }: Message): void {
    if (!this.synced || seq <= this.seq || (this.item !== undefined && id !== this.item)) return;
    if (!this.ops && !this.ack) return;
    assert.ok(this.ops, 'ops for one that did not ask');
    assert.equal(n, this.n, 'the number that it was told');
    assert.equal(this.revs.get(id!), from, 'the rev that the ops go on from');
    const replayed = replayOps(this.state.get(id!), ops);
    assert.ok(replayed !== undefined, 'the ops succeed');
    this.seq = seq;
    this.replayed++;
    this.state.set(id!, replayed.value);
    this.revs.set(id!, seq);
  }
}

/** Ops of one update: in a row, those of one kind can be joined. */
const OPS: readonly ((step: number) => readonly UpdateOp[])[] = [
  (step) => [{ type: 'append', path: 'text', value: ` tok${step}` }],
  (step) => [{ type: 'append', path: 'text', value: `"\\\n${step}` }],
  // Each is an element of its own.
  (step) => [{ type: 'append', path: 'list', value: `s${step}` }],
  (step) => [{ type: 'append', path: ['deep', 'text'], value: `d${step}` }],
  () => [{ type: 'remove', path: 'text' }],
  (step) => [{ type: 'set', path: 'list', value: step % 2 ? [] : 'text' }],
  (step) => [
    { type: 'merge', path: ['deep'], value: { [`k${step % 3}`]: step } },
    { type: 'append', path: 'text', value: 'after' },
  ],
  () => [
    { type: 'increment', path: 'n', by: 1 },
    // Fails, and is not told.
    { type: 'increment', path: 'pad', by: 1 },
  ],
];

/** An update of a value that is long beside its ops. */
function update(step: number, kind: number): Mutation {
  // Appends are half of them.
  const ops = OPS[kind < 0.5 ? Math.floor(kind * 8) : Math.floor((kind - 0.5) * 2 * OPS.length)]!(step);
  let updated: Updated<JsonText> | undefined;
  const input = jsonOf({ ops });
  return {
    kind: 'update',
    apply: (current) => {
      updated = applyUpdate(current ?? asJson(`{"n":0,"list":[],"pad":"${'x'.repeat(200)}"}`), ops);
      return updated.value;
    },
    ops: () => updated && succeededOps(ops, input, updated),
  };
}

/** Reads an outlet's messages into its models and checks what holds for every socket. */
function read(outlet: FakeOutlet, models: Model[], seen: Map<string, number>, strict: boolean): void {
  for (const message of outlet.messages.splice(0) as (Message & { groupId?: string })[]) {
    const { groupId, seq = 0, event } = message;
    const group = groupId ?? models.find((model) => model.outlet === outlet && model.n === message.n)?.group;
    // Of a group that was left meanwhile.
    if (group === undefined) continue;
    if (event?.type !== 'sync' && message.type !== 'subscribed' && seq > 0) {
      const last = seen.get(group) ?? -1;
      if (strict) assert.ok(seq > last, `seq ${seq} of ${group} after ${last}`);
      seen.set(group, Math.max(seq, last));
    }
    for (const model of models) if (model.outlet === outlet && model.group === group) model.apply(message);
  }
}

interface Round {
  readonly seed: number;
  readonly lagged: boolean;
  /** Joins of several subscriptions to one group on one outlet. */
  readonly several: boolean;
  /** Joins of groups ask for pieces, mostly. */
  readonly paged: boolean;
}

/** Updates that came as ops, and that were made, in all rounds. */
let replayed = 0;
let updates = 0;

async function run({ seed, lagged, several, paged }: Round): Promise<void> {
  const rand = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(rand() * list.length)] as T;
  const store = await LocalStore.open(OPTIONS);
  const lag = new LaggedStore(store, rand, 6);
  const source: Source = lagged ? lag : store;
  const hub = new Hub({
    encoders: encodersOf(),
    outboxBytes: () => (paged ? 1_200 : 6_000),
    sourceOf: () => source,
    onError: () => {},
  });
  // Stores tell updates by their values; or as ops, and then by their values; or as ops alone.
  const form = seed % 3;
  const change = (change: Change): void => {
    const { kind, value, ops, old, ...at } = change;
    if (ops !== undefined && form > 0) hub.ops({ ...at, ops }, form === 1);
    if (ops === undefined || form < 2) hub.change(change);
  };
  lag.deliver = (item) => ('kind' in item ? change(item as Change) : hub.event(item as CustomEvent));
  store.listen({
    change: (item) => (lagged ? lag.push(item) : change(item)),
    event: (event) => (lagged ? lag.push(event) : hub.event(event)),
    committed: () => {},
    gap: () => {},
  });
  const outlets = Array.from({ length: 4 }, (_, i) => new FakeOutlet(`o${i}`, i % 2 === 0 ? 'ws' : OTHER));
  const seen = outlets.map(() => new Map<string, number>());
  const models = new Map<string, Model>();
  const drain = (outlet: FakeOutlet): void => {
    outlet.take();
    hub.drained(outlet);
  };
  for (let step = 0; step < 400; step++) {
    const at = { stream: 's', group: pick(GROUPS), item: pick(ITEMS) };
    const dice = rand();
    if (dice < 0.45)
      store.commit(at, {
        kind: 'set',
        value: asJson(`{"n":${step},"list":[],"pad":"${'x'.repeat(rand() < 0.5 ? 50 : 300)}"}`),
      });
    else if (dice < 0.5) store.commit(at, { kind: 'delete' });
    else if (dice < 0.6) {
      const kind = rand();
      for (let i = 0; i < UPDATES; i++) {
        store.commit(at, update(step + i, rand() < 0.7 ? kind : rand()));
        updates++;
      }
    } else if (dice < 0.65)
      store.publish({ stream: at.stream, group: at.group, item: undefined, type: 't', data: asJson('1') });
    else if (dice < 0.78) {
      const outlet = pick(outlets);
      const item = rand() < 0.4 ? at.item : undefined;
      const taken = [...models.values()].some((model) => model.outlet === outlet && model.group === at.group);
      if (several || !taken) {
        const id = `sub${step}`;
        const ops = rand() < 0.7;
        const model = new Model(id, outlet, at.group, item, ops, rand() < 0.5);
        const base = {
          subscriptionId: id,
          stream: 's',
          group: at.group,
          item,
          withItems: true,
          since: undefined,
          ack: model.ack,
          ops,
          page: paged && rand() < 0.8 ? 1 + Math.floor(rand() * 3) : undefined,
        };
        // One sync serves all models of the same address, so a model starts with what its twin knows.
        models.set(`${outlet.id}/${id}`, model);
        hub.subscribe(outlet, base);
      }
    } else if (dice < 0.84 && models.size > 0) {
      const key = pick([...models.keys()]);
      const model = models.get(key) as Model;
      models.delete(key);
      hub.unsubscribe(model.outlet, key.split('/')[1] as string);
    } else if (dice < 0.9) pick(outlets).reading = rand() < 0.5;
    else if (dice < 0.96) drain(pick(outlets));
    else if (lagged && dice < 0.98) {
      lag.lose();
      hub.gap();
    }
    lag.step();
    if (rand() < 0.5) await tick();
    outlets.forEach((outlet, i) => {
      read(outlet, [...models.values()], seen[i] as Map<string, number>, !lagged || !several);
    });
  }
  for (let step = 0; step < 200; step++) {
    for (const outlet of outlets) {
      outlet.reading = true;
      drain(outlet);
    }
    lag.step();
    await tick();
  }
  assert.ok(lag.quiet, 'questions or messages are still under way');
  outlets.forEach((outlet, i) => {
    read(outlet, [...models.values()], seen[i] as Map<string, number>, false);
  });
  for (const [key, model] of models) {
    replayed += model.replayed;
    const expected = new Map(
      store
        .snapshot({ stream: 's', group: model.group })
        .items.filter((item) => model.item === undefined || item.id === model.item)
        .map((item) => [item.id, JSON.parse(item.value)]),
    );
    assert.ok(model.synced, `${key} never got its first reply`);
    assert.deepEqual(
      new Map([...model.state].sort()),
      new Map([...expected].sort()),
      `${key} of ${model.group}/${model.item}`,
    );
  }
  hub.close();
  await store[Symbol.asyncDispose]();
}

for (const lagged of [false, true]) {
  for (const several of [false, true]) {
    for (const paged of [false, true]) {
      const round = `lagged ${lagged}, several per group ${several}, paged ${paged}`;
      test(`every subscriber ends where the store is (${round})`, async (t) => {
        for (let seed = 1; seed <= SEEDS; seed++) {
          try {
            await run({ seed, lagged, several, paged });
          } catch (error) {
            throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
          }
        }
        assert.ok(replayed > 0, 'some updates came as ops');
        t.diagnostic(`${updates} updates so far, ${replayed} came to a subscriber as ops`);
      });
    }
  }
}
