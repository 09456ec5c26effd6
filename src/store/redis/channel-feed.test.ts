import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonText } from '../../../generated/json-text.js';
import { renderChange } from '../../domain/message.js';
import { Recorder } from '../testing/recorder.js';
import { at } from '../testing/writing.js';
import { ChannelFeed } from './channel-feed.js';
import { GroupClock } from './group-clock.js';

const value = '1' as JsonText;
const sequenced = (seq: number, timestamp: number): string =>
  renderChange({ ...at('a'), kind: 'update', seq, epoch: 'e', timestamp, value, old: undefined });
const foreign = renderChange({
  ...at('a'),
  kind: 'update',
  seq: 0,
  epoch: '',
  timestamp: 5,
  value,
  old: undefined,
});

function feed() {
  const recorder = new Recorder();
  const told: string[] = [];
  const feed = new ChannelFeed(new GroupClock(() => 1_000), {
    isForeign: (epoch) => epoch === 'other',
    sequenced: (member, epoch, seq) => told.push(`${member} ${epoch} ${seq}`),
    foreign: (member) => told.push(`${member} foreign`),
    rejected: (length) => told.push(`rejected ${length}`),
  });
  feed.listen(recorder);
  return { feed, recorder, told };
}

test('changes that follow messages of another engine never look older, also in one millisecond', () => {
  const { feed: one, recorder } = feed();
  for (const message of [
    sequenced(1, 1_000),
    foreign,
    foreign,
    sequenced(2, 1_001),
    sequenced(3, 1_002),
    foreign,
  ]) {
    one.take(message);
  }
  one.take(sequenced(4, 2_000));
  one.take(sequenced(5, 2_001));
  assert.deepEqual(
    recorder.changes.map(({ timestamp }) => timestamp),
    [1_000, 1_001, 1_002, 1_003, 1_004, 1_005, 2_000, 2_001],
  );
});

test('each kind of message is reported as what it is', () => {
  const { feed: one, told } = feed();
  for (const message of [sequenced(1, 1), foreign, 'noise']) one.take(message);
  assert.deepEqual(told, ['chat:room e 1', 'chat:room foreign', 'rejected 5']);
});
