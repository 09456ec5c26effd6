import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createLogger, silentLogger } from './logger.js';

function capture(format: 'auto' | 'json' | 'pretty' = 'json', level = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ level, format, stream: { write: (line) => lines.push(line) } });
  const records = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, records };
}

test('JSON lines hold level, time, fields and message', () => {
  const { logger, records } = capture('auto');
  logger.child({ part: 'socket' }).warn({ count: 2, err: new Error('oh') }, 'slow');
  logger.info('plain');
  const [warn, info] = records();
  assert.ok(Math.abs(Date.parse(String(warn?.time)) - Date.now()) < 60_000);
  const { level, part, count, msg, err } = warn!;
  assert.deepEqual({ level, part, count, msg }, { level: 'warn', part: 'socket', count: 2, msg: 'slow' });
  assert.equal((err as Error).message, 'oh');
  assert.deepEqual(Object.keys(info!), ['level', 'time', 'msg']);
});

test('a level set on any logger applies to parents and children that exist', () => {
  const { logger, lines } = capture();
  const child = logger.child({}).child({});
  child.debug('no');
  logger.level = 'debug';
  child.debug('yes');
  child.level = 'error';
  logger.warn('no');
  assert.equal(logger.level, 'error');
  logger.level = 'silent';
  child.fatal('no');
  assert.equal(lines.length, 1);
  assert.throws(() => createLogger({ level: 'loud', format: 'json' }), {
    name: 'LocalError',
    code: 'log_level',
  });
  silentLogger.fatal('no');
});

test('credentials never reach a line', () => {
  const secret = 'hunter2';
  for (const format of ['json', 'pretty'] as const) {
    const { logger, lines } = capture(format);
    const headers = {
      authorization: `Bearer ${secret}`,
      'sec-websocket-protocol': `Authorization,${secret}`,
      host: 'h',
    };
    const request = { headers, cookie: secret };
    logger.info(
      { request, password: secret, url: `redis://:${secret}@db:6379/1` },
      `to rediss://u:p@${secret}@db`,
    );
    logger.error({ err: new Error(`cannot reach redis://u:${secret}@db`) }, 'failed');
    const text = lines.join('');
    assert.ok(!text.includes(secret), text);
    assert.match(text, /redis:\/\/\*\*\*@db:6379\/1/);
    assert.equal(headers.authorization, `Bearer ${secret}`, 'what is logged stays as it was');
  }
});

test('pretty lines are for people, and no stranger steers their terminal', () => {
  const { logger, lines } = capture('pretty');
  logger.info({ stream: 'a\u001b[2J' }, 'joined \u001b[31m\u009b1m \\u001b');
  assert.match(lines[0]!, /INFO: joined \\u001b\[31m\\u009b1m \\u001b \{"stream":"a\\u001b\[2J"\}\n$/);
});

const run = (body: string) =>
  spawn(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    `import { createLogger } from './src/observability/logger.js';
    const logger = createLogger({ level: 'info', format: 'auto' });
    ${body}`,
  ]);

test('all lines are out when the process exits at once; standard output stays free', async () => {
  const child = run(`for (let i = 0; i < 100; i++) logger.info({ i }, 'line');
    process.exit(3);`);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const [code] = await once(child, 'close');
  assert.deepEqual([code, out, err.trim().split('\n').length], [3, '', 100]);
});

test('a reader that stopped stops neither the process nor its exit', async () => {
  const child = run(`for (let i = 0; i < 20_000; i++) logger.info({ i }, 'x'.repeat(100));
    process.stdout.write('logged');
    process.stdin.once('data', () => process.exit(4));`);
  await once(child.stdout, 'data');
  child.stdin.write('go');
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
  assert.equal(code, 4);
  child.stderr.destroy();
});

test('a reader that goes on gets whole lines, and the number of those that it missed', {
  timeout: 20_000,
}, async () => {
  const child = run(`for (let i = 0; i < 20_000; i++) logger.info({ i }, 'x'.repeat(100));
    process.stdout.write('logged');
    process.stdin.resume();`);
  await once(child.stdout, 'data');
  let err = '';
  const told = new Promise<void>((resolve) =>
    child.stderr.on('data', (chunk) => {
      err += chunk;
      if (err.includes('nobody read them') && err.endsWith('\n')) resolve();
    }),
  );
  await told;
  child.stdin.end();
  await once(child, 'close');
  const records = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { i?: number; dropped?: number });
  const last = records.pop();
  assert.deepEqual(
    records.map(({ i }) => i),
    [...records.keys()],
    'the first lines, in order, none torn',
  );
  assert.equal(records.length + (last?.dropped ?? 0), 20_000);
});
