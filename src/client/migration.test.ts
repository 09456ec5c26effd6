import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DependencyList } from 'react';
import {
  type StreamGroupArgs,
  type StreamItemArgs,
  useStreamEvent,
  useStreamEventHandler,
  useStreamGroup,
  useStreamItem,
} from './react.js';

// What `@motiadev/stream-client-react` 0.2 declares: a change of the import compiles, whatever it is called with.
interface User {
  readonly id: string;
  readonly name: string;
}
interface Migrated {
  group: (args?: { streamName: string; groupId: string; sortKey?: keyof User }) => { data: User[] };
  item: (args?: { streamName: string; groupId: string; id: string }) => { data: User | null };
}
type Event = ReturnType<typeof useStreamGroup>['event'];
/** Arguments, and not a function: one of fewer parameters would be assignable and yet not take the call. */
type HandlerArgs = [
  args: { event: Event; type: string; listener: (event: unknown) => void },
  dependencies: DependencyList,
];

test('the hooks take what those of the deployed package take', () => {
  const hooks: Migrated = { group: useStreamGroup<User>, item: useStreamItem<User> };
  const group: StreamGroupArgs<User> = { streamName: 's', groupId: 'g', sortKey: 'name' };
  const item: StreamItemArgs = { streamName: 's', groupId: 'g', id: 'i' };
  const handler: HandlerArgs = [{ event: null, type: 'x', listener: () => {} }, []];
  const call: Parameters<typeof useStreamEventHandler> = handler;
  assert.equal(useStreamEventHandler, useStreamEvent);
  assert.deepEqual(
    [Object.keys(hooks), group.sortKey, item.id, call.length],
    [['group', 'item'], 'name', 'i', 2],
  );
});
