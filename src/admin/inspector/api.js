/** A reply that says no; its message says why. */
export class Refused extends Error {}

/** Where this page lies: all addresses are below, whatever prefix a proxy puts before them. */
const BASE = new URL('.', document.baseURI);

/** The base of the page as an address of sockets. */
export const socketAddress = () => BASE.href.replace(/^http/, 'ws');

/** @param {string} path @param {RequestInit} [init] */
async function ask(path, init) {
  const response = await fetch(new URL(path, BASE), init);
  const body = await bodyOf(response);
  if (!response.ok) throw new Refused(`refused with ${response.status}: ${body.message ?? body.error}`);
  return body;
}

/** Ours is always JSON: anything else is of whoever stands before us. @param {Response} response */
async function bodyOf(response) {
  const text = await response.text();
  try {
    if (/^application\/json\b/.test(response.headers.get('content-type') ?? '')) return JSON.parse(text);
  } catch {
    // Told below.
  }
  const whose = response.redirected ? 'a redirect, perhaps to a login' : 'a proxy';
  throw new Refused(`no reply of iii-stream, but ${response.status} of ${whose}`);
}

/** @param {string} path relative to the page */
export const read = (path) => ask(path);

/** What a person is told of a request that failed. @param {unknown} error */
export const whyNot = (error) =>
  error instanceof TypeError ? 'the server does not reply' : /** @type {Error} */ (error).message;

/**
 * Calls a function. `raw` fields are JSON text already, so that numbers stay as they were typed.
 * @param {string} functionId @param {Record<string, unknown>} names @param {Record<string, string>} [raw]
 */
export async function call(functionId, names, raw = {}) {
  const fields = Object.entries(names).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  for (const [key, text] of Object.entries(raw)) fields.push(`${JSON.stringify(key)}:${text}`);
  const reply = await ask(`api/call/${encodeURIComponent(functionId)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{${fields.join(',')}}`,
  });
  return reply.result;
}
