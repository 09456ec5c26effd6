import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../net/testing/free-port.js';

const DOCUMENT = new URL('../../../spec/proxies.md', import.meta.url);

/** A proxy in front of a server, that ends with its user. */
export interface ReverseProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
}

/** The code blocks of one language that `spec/proxies.md` has: what is documented is what is run. */
export async function documented(language: 'nginx' | 'haproxy'): Promise<readonly string[]> {
  const text = await readFile(DOCUMENT, 'utf8');
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, found]) => found === language)
    .map(([, , block = '']) => block);
}

/**
 * @param block what belongs into `http`, with `server` sections that say nothing of where they listen
 * @param tls whether it speaks TLS, with a certificate that nobody has signed
 */
export async function startNginx(
  directory: string,
  block: string,
  { tls = false } = {},
): Promise<ReverseProxy> {
  const port = await freePort();
  const listen = `listen 127.0.0.1:${port} backlog=4096`;
  const secured = tls ? `${listen} ssl; ${certificate(directory)}` : `${listen};`;
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const file = join(directory, `nginx-${port}.conf`);
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${directory}/nginx-${port}.pid; error_log stderr error;
events { worker_connections 4096; }
http { access_log off; ${paths.join(' ')}
${block.replace(/^server \{/m, `server { ${secured}`)}
}
`,
  );
  const proxy = await running('/usr/sbin/nginx', ['-p', directory, '-c', file], port);
  return tls ? { ...proxy, url: proxy.url.replace('http:', 'https:') } : proxy;
}

/** Makes a certificate for this machine, and says nginx where it is. */
function certificate(directory: string): string {
  const [key, cert] = [join(directory, 'tls.key'), join(directory, 'tls.crt')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const files = ['-keyout', key, '-out', cert];
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', '-x509', ...curve, ...files, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return `ssl_certificate ${cert}; ssl_certificate_key ${key};`;
}

/** @param config with a backend `streams` */
export async function startHaproxy(directory: string, config: string): Promise<ReverseProxy> {
  const port = await freePort();
  const file = join(directory, 'haproxy.cfg');
  const frontend = `frontend clients\n  bind 127.0.0.1:${port}\n  default_backend streams\n`;
  await writeFile(file, `${config}\n${frontend}`);
  return running('/usr/sbin/haproxy', ['-db', '-q', '-f', file], port);
}

/** Runs it in the foreground, until it accepts. */
async function running(command: string, args: readonly string[], port: number): Promise<ReverseProxy> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const exited = once(child, 'exit');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${command} ended:\n${log}`);
    await delay(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      stop(child);
      await exited;
    },
  };
}

function stop(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
