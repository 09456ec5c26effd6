import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalError } from '../domain/errors.js';
import { Refusal } from '../net/refusal.js';
import { FakeLogger } from '../socket/testing/harness.js';
import { readToken, TokenCheck } from './token.js';

const TOKEN = 'a-token-of-16-characters';
const at = { host: '127.0.0.1', port: 0 };

test('a token is in the file, else in the environment, and has to be one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'iii-stream-'));
  try {
    const token_file = join(directory, 'token');
    await writeFile(token_file, `${TOKEN}\n`);
    const env = { III_STREAM_ADMIN_TOKEN: 'another-of-16-characters' };
    assert.equal(readToken({ admin: { ...at, token_file } }, env), TOKEN);
    assert.equal(readToken({ admin: at }, env), env.III_STREAM_ADMIN_TOKEN);
    assert.equal(readToken({ admin: at }, {}), undefined);
    assert.equal(readToken({ admin: at }, { III_STREAM_ADMIN_TOKEN: '' }), undefined);
    assert.equal(readToken({ admin: false }, { III_STREAM_ADMIN_TOKEN: 'short' }), undefined);
    for (const text of ['', 'short', 'with a space in between', 'x'.repeat(1025)]) {
      await writeFile(token_file, text);
      assert.throws(
        () => readToken({ admin: { ...at, token_file } }, env),
        (error) => error instanceof LocalError && (text === '' || !error.message.includes(text)),
        text,
      );
    }
    await rm(token_file);
    assert.throws(
      () => readToken({ admin: { ...at, token_file } }, env),
      /admin\.token_file: cannot be read/,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('only the token lets in, as a bearer or as a password', () => {
  const check = new TokenCheck(() => TOKEN, new FakeLogger());
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.equal(check.isWanted, true);
  assert.equal(check.check({ authorization: `Bearer ${TOKEN}` }), 'bearer');
  assert.equal(check.check({ authorization: `bearer  ${TOKEN}` }), 'bearer');
  assert.equal(check.check({ authorization: basic(`anybody:${TOKEN}`) }), 'basic');
  for (const authorization of [
    undefined,
    '',
    'Bearer',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN} more`,
    TOKEN,
    `Digest ${TOKEN}`,
    basic(`${TOKEN}:`),
    basic(`a:b:${TOKEN}`),
    'Basic !!!',
  ]) {
    const headers = authorization === undefined ? {} : { authorization };
    assert.throws(
      () => check.check(headers),
      (error) =>
        error instanceof Refusal &&
        error.status === 401 &&
        String(error.headers['WWW-Authenticate']).startsWith('Bearer '),
      authorization,
    );
  }
  assert.equal(new TokenCheck(() => undefined, new FakeLogger()).check({}), 'nothing');
});

test('a token that cannot be read any more still counts, and one that never could be lets nobody in', (t) => {
  t.mock.method(performance, 'now', () => now);
  let now = 0;
  let read = (): string => TOKEN;
  const logger = new FakeLogger();
  const check = new TokenCheck(() => read(), logger);
  check.check({ authorization: `Bearer ${TOKEN}` });
  read = () => {
    throw new LocalError('config_invalid', 'cannot be read');
  };
  now = 2_000;
  check.check({ authorization: `Bearer ${TOKEN}` });
  assert.throws(() => check.check({}), Refusal);
  assert.equal(logger.lines.length, 1);
  read = () => 'the-next-one-of-them';
  now = 4_000;
  assert.throws(() => check.check({ authorization: `Bearer ${TOKEN}` }), Refusal);
  check.check({ authorization: 'Bearer the-next-one-of-them' });
  const never = new TokenCheck(() => {
    throw new LocalError('config_invalid', 'cannot be read');
  }, logger);
  assert.throws(() => never.check({ authorization: `Bearer ${TOKEN}` }), LocalError);
});
