import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { Wiring } from './wiring.js';

export interface HttpOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** The reply is taken once its body has this; without, once it ends. */
  readonly until?: (body: string) => boolean;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection of its own, to the HTTP address of a WebSocket's URL. */
export function httpRequest(
  { waits, connect, track }: Wiring,
  url: string,
  { method = 'GET', headers = {}, body, until }: HttpOptions,
): Promise<HttpReply> {
  const reply = new Promise<HttpReply>((resolve, reject) => {
    const options = { method, headers: { ...connect.headers, ...headers }, agent: false };
    const request = send(url.replace(/^ws/, 'http'), options, (response) => {
      let text = '';
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        request.destroy();
      };
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (until?.(text)) done();
      });
      response.on('end', done);
    });
    request.on('error', reject);
    track({ terminate: () => request.destroy() });
    request.end(body);
  });
  return waits.for('the HTTP response', reply);
}
