import type { IncomingMessage } from 'node:http';
import type { JsonText } from '../../generated/json-text.js';
import { asJson, exceedsDepth } from '../domain/json-text.js';
import { Refusal } from '../net/refusal.js';

export interface BodyLimits {
  readonly max_frame_bytes: number;
  readonly max_depth: number;
}

/**
 * Reads a request's JSON.
 * @throws Refusal `not_json`, `too_large`
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<JsonText> {
  // A form of another site can be sent without asking us first, but not with this type.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'not_json', 'send Content-Type: application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.max_frame_bytes) {
      throw new Refusal(413, 'too_large', `a request may have ${limits.max_frame_bytes} bytes`);
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    // The envelope is one level more than the value in it.
    if (exceedsDepth(text, limits.max_depth + 1))
      throw new SyntaxError(`more than ${limits.max_depth} levels`);
    JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, 'not_json', `the body is not JSON: ${(error as Error).message}`);
  }
  return asJson(text);
}
