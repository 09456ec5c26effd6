import { get } from 'node:http';
import type { Wiring } from './wiring.js';

/** The HTTP status of a plain request to a WebSocket's address. */
export function httpStatus({ waits, connect, track }: Wiring, url: string): Promise<number> {
  const status = new Promise<number>((resolve, reject) => {
    const request = get(url.replace(/^ws/, 'http'), { headers: connect.headers }, (response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    }).on('error', reject);
    track({ terminate: () => request.destroy() });
  });
  return waits.for('the HTTP response', status);
}
