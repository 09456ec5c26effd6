import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, inState, page, type State } from './testing/connections.js';

const HOUR = 3_600_000;

/** What leads where; complete, so that a state or an event that is added has to be decided about. */
const TABLE: Record<State, Record<Event, State>> = {
  idle: {
    observe: 'connecting',
    leave: 'idle',
    open: 'idle',
    close: 'idle',
    refuse: 'idle',
    silence: 'idle',
    look: 'idle',
    due: 'idle',
    reconnect: 'connecting',
    end: 'closed',
  },
  connecting: {
    observe: 'connecting',
    leave: 'idle',
    open: 'open',
    close: 'waiting',
    refuse: 'closed',
    silence: 'waiting',
    look: 'connecting',
    due: 'connecting',
    reconnect: 'connecting',
    end: 'closed',
  },
  open: {
    observe: 'open',
    leave: 'idle',
    open: 'open',
    close: 'waiting',
    refuse: 'closed',
    silence: 'waiting',
    look: 'open',
    due: 'open',
    reconnect: 'connecting',
    end: 'closed',
  },
  waiting: {
    observe: 'waiting',
    leave: 'idle',
    open: 'waiting',
    close: 'waiting',
    refuse: 'waiting',
    silence: 'connecting',
    look: 'connecting',
    due: 'connecting',
    reconnect: 'connecting',
    end: 'closed',
  },
  closed: {
    observe: 'closed',
    leave: 'closed',
    open: 'closed',
    close: 'closed',
    refuse: 'closed',
    silence: 'closed',
    look: 'closed',
    due: 'closed',
    reconnect: 'connecting',
    end: 'closed',
  },
};

for (const [state, row] of Object.entries(TABLE) as [State, Record<Event, State>][]) {
  test(`a connection that is ${state}`, async (t) => {
    using stage = page();
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
    t.mock.method(Math, 'random', () => 0.5);
    for (const [event, next] of Object.entries(row) as [Event, State][]) {
      const { act, client, state: now } = await inState(t, state, stage.look);
      await act(event);
      assert.equal(now(), next, event);
      client.close();
      t.mock.timers.tick(HOUR);
    }
    assert.equal(stage.listeners(), 0);
  });
}
