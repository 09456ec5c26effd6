import { Redis } from 'ioredis';

// What a change costs in Redis when nothing stands before it: one script with the same reads and writes, pipelined by
// ioredis. The parent says for how many milliseconds, and gets calls per second.

const SCRIPT = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
local at = redis.call('HMGET', KEYS[2], 'epoch', 'seq', 'timestamp', 'horizon')
redis.call('HLEN', KEYS[1])
local known = redis.call('HGET', KEYS[3], ARGV[1])
local seq = tonumber(at[2] or 0) + 1
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[3], ARGV[1], seq .. ' ' .. ARGV[3])
redis.call('ZADD', KEYS[4], seq, ARGV[1])
redis.call('HSET', KEYS[2], 'epoch', 'e', 'seq', seq, 'timestamp', ARGV[3])
redis.call('PUBLISH', ARGV[4], '{"timestamp":' .. ARGV[3] .. ',"seq":' .. seq .. ',"data":' .. ARGV[2] .. '}')
return { old, seq }
`;
const WINDOW = 256;
const VALUE = '{"id":"item-0001","n":"00000001","name":"a short sentence","done":false,"tags":["one","two"]}';

const redis = new Redis(process.argv[2] ?? '', { enableAutoPipelining: true });
const sha = (await redis.script('LOAD', SCRIPT)) as string;

async function run(ms: number): Promise<number> {
  const began = performance.now();
  let answered = 0;
  const lane = async (lane: number): Promise<void> => {
    const keys = ['data', 'head', 'meta', 'revs'].map((kind) => `{${lane % 4}}:${kind}`);
    while (performance.now() < began + ms) {
      const item = `item-${answered % 100}`;
      await redis.evalsha(sha, 4, ...keys, item, VALUE, String(Date.now()), 'events');
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, (_, index) => lane(index)));
  return (answered * 1_000) / (performance.now() - began);
}

process.on('message', async (ms: number) => process.send?.(await run(ms)));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
