import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { Caller } from './testing/caller.js';
import { documented, type ReverseProxy, startHaproxy, startNginx } from './testing/reverse-proxy.js';
import { config, IN_MEMORY, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

/** The documented lines, with limits of two seconds. */
const LOW = { nginx: /(proxy_read_timeout) 150s/, haproxy: /(timeout (?:client|server|tunnel)) \w+/g };
/** Signs of life, one each tenth of that: so many are twice the limit. */
const INTERVAL_MS = 200;
const SIGNS = 20;

/** Both kinds of connection at once; nothing is written to the group. */
async function connect(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stream/s/g`);
  const [stream] = await Promise.all([
    fetch(`${url}/stream/s/g`, { headers: { accept: 'text/event-stream' } }),
    once(socket, 'message'),
  ]);
  return { socket, text: stream.body!.pipeThrough(new TextDecoderStream()) };
}

/** A server with heartbeats stays connected through a silence that is longer than the proxy's limit. */
async function staysOpen(server: RunningServer, { url }: ReverseProxy): Promise<void> {
  const { socket, text } = await connect(url);
  let pings = 0;
  socket.on('ping', () => {
    pings += 1;
  });
  socket.once('close', (code) => assert.fail(`the socket was closed with ${code}`));
  let comments = 0;
  let said = '';
  await using caller = await Caller.open(server.engineUrl);
  for await (const chunk of text) {
    comments += chunk.split('\n').filter((line) => line === ':').length;
    if (comments < SIGNS || pings < SIGNS) continue;
    said += chunk;
    if (said.includes('"after the silence"')) break;
    if (said === chunk) await caller.set('s', 'g', 'i', 'after the silence');
  }
  assert.match(said, /"after the silence"/, 'the stream went on');
  socket.removeAllListeners('close');
  socket.terminate();
}

/** The limit is a limit: without heartbeats it cuts. */
async function isCut({ url }: ReverseProxy): Promise<void> {
  const { socket, text } = await connect(url);
  const closed = once(socket, 'close');
  const ended = (async () => {
    for await (const _ of text);
  })();
  const [code] = await closed;
  assert.equal(code, 1006);
  await ended.catch(() => {});
}

test('nginx and HAProxy cut what is silent for their limit, and heartbeats keep it open', async () => {
  await using directory = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const yaml = (intervalMs: number) => config(IN_MEMORY, `limits: { heartbeat_interval_ms: ${intervalMs} }`);
  await using server = await startServer({ yaml: yaml(INTERVAL_MS), directory: directory.path });
  await using silent = await startServer({ yaml: yaml(600_000), directory: other.path });
  const nginx = async ({ streamUrl }: RunningServer, { path }: { path: string }) => {
    const [block = ''] = await documented('nginx');
    return startNginx(path, at(block, streamUrl).replace(LOW.nginx, '$1 2s'));
  };
  const haproxy = async ({ streamUrl }: RunningServer, { path }: { path: string }) => {
    const [block = ''] = await documented('haproxy');
    return startHaproxy(path, at(block, streamUrl).replaceAll(LOW.haproxy, '$1 2s'));
  };
  await Promise.all(
    [nginx, haproxy].map(async (start) => {
      await using proxy = await start(server, directory);
      await using cutting = await start(silent, other);
      await Promise.all([staysOpen(server, proxy), isCut(cutting)]);
    }),
  );
});

/** The documented lines, with where our server is. */
const at = (block: string, streamUrl: string): string =>
  block.replaceAll('127.0.0.1:3112', new URL(streamUrl).host);
