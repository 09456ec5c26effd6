import { type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { HttpDamage } from './defect.js';

/** Passes a request on to the server that works, and damages what passes. */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  to: string,
  damage: HttpDamage,
): void {
  const { method = 'GET', url: path = '/' } = request;
  const asked = { path, headers: { ...request.headers } };
  damage.up?.(asked);
  const base = to.replace(/^ws/, 'http').replace(/\/$/, '');
  const upstream = send(base + asked.path, { method, headers: asked.headers, agent: false });
  upstream.on('error', () => response.destroy());
  response.once('close', () => upstream.destroy());
  upstream.once('response', (reply) => {
    if (reply.headers['content-type'] === 'text/event-stream') passEvents(reply, response, damage);
    else void passReply(reply, response, damage, path);
  });
  request.pipe(upstream);
}

function passEvents(reply: IncomingMessage, response: ServerResponse, { event }: HttpDamage): void {
  response.writeHead(reply.statusCode ?? 500, reply.headers);
  response.flushHeaders();
  let rest = '';
  reply.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) response.write(event?.(`${part}\n\n`) ?? `${part}\n\n`);
  });
  reply.once('end', () => response.end(rest));
  reply.once('error', () => response.destroy());
}

async function passReply(
  reply: IncomingMessage,
  response: ServerResponse,
  { down }: HttpDamage,
  path: string,
): Promise<void> {
  let body = '';
  try {
    for await (const chunk of reply.setEncoding('utf8')) body += chunk;
  } catch {
    response.destroy();
    return;
  }
  const shown = { status: reply.statusCode ?? 500, headers: { ...reply.headers }, body };
  down?.(shown, path);
  // Its length may be another one now; a HEAD tells that of what it has no body of.
  if (shown.body !== body) delete shown.headers['content-length'];
  response.writeHead(shown.status, shown.headers);
  response.end(shown.body);
}
