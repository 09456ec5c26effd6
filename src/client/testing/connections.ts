import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { ConnectionStatus } from '../types.js';
import { type FakeSocket, fakeServer, say, settle } from './fake-server.js';

export type State = ConnectionStatus['state'];
export type Event =
  | 'observe'
  | 'leave'
  | 'open'
  | 'close'
  | 'refuse'
  | 'silence'
  | 'look'
  | 'due'
  | 'reconnect'
  | 'end';
/** A page, as far as the client looks at it. */
export function page() {
  const listeners = new Map<string, Set<() => void>>();
  const of = (type: string) => listeners.get(type) ?? listeners.set(type, new Set()).get(type)!;
  Object.assign(globalThis, {
    addEventListener: (type: string, listener: () => void) => of(type).add(listener),
    removeEventListener: (type: string, listener: () => void) => of(type).delete(listener),
    document: { hidden: false },
  });
  return {
    look: (type = 'visibilitychange') => {
      for (const listener of of(type)) listener();
    },
    listeners: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
    [Symbol.dispose]: () => {
      for (const name of ['addEventListener', 'removeEventListener', 'document'])
        Reflect.deleteProperty(globalThis, name);
    },
  };
}

/** A client in a state, and what can happen to it. */
export async function inState(t: TestContext, state: State, look: () => void) {
  const server = fakeServer({ backoff: { minMs: 1_000, maxMs: 1_000 }, leaveAfterMs: 1 });
  const { client, sockets } = server;
  const last = (): FakeSocket => sockets.at(-1) as FakeSocket;
  let end = (): void => {};
  const tick = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    await settle();
  };
  const observe = async (): Promise<void> => {
    end = client.group('s', 'g').subscribe(() => {});
    await settle();
  };
  if (state !== 'idle') await observe();
  if (state === 'open' || state === 'waiting') await last().open();
  if (state === 'waiting') await last().end();
  if (state === 'closed') await last().end(4401, 'unauthorized');
  if (state === 'open') {
    await last().say(say.ack(last().takeJoins()[0]!, 'sync', 0), say.sync('', 0));
  }
  assert.equal(server.state(), state);
  const events: Record<Event, () => unknown> = {
    observe,
    leave: async () => {
      end();
      await tick(1);
    },
    open: () => last()?.open(),
    close: () => last()?.end(),
    refuse: () => last()?.end(1008, 'no'),
    silence: async () => {
      await tick(25_000);
      await tick(10_000);
    },
    look,
    due: () => tick(1_000),
    reconnect: () => client.reconnect(),
    end: () => client.close(),
  };
  const act = async (event: Event): Promise<void> => {
    await events[event]();
    await settle();
  };
  return { ...server, last, tick, act };
}
