/** An answer that says no. */
export class Refused extends Error {}

/** @param {string} path @param {RequestInit} [init] */
async function ask(path, init) {
  const response = await fetch(path, init);
  const body = await response.json();
  if (!response.ok) throw new Refused(body.message ?? `HTTP ${response.status}`);
  return body;
}

/** @param {string} path */
export const read = (path) => ask(path);

/**
 * Calls a function. `raw` fields are JSON text already, so that numbers stay as they were typed.
 * @param {string} functionId @param {Record<string, unknown>} names @param {Record<string, string>} [raw]
 */
export async function call(functionId, names, raw = {}) {
  const fields = Object.entries(names).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  for (const [key, text] of Object.entries(raw)) fields.push(`${JSON.stringify(key)}:${text}`);
  const answer = await ask(`/api/call/${encodeURIComponent(functionId)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{${fields.join(',')}}`,
  });
  return answer.result;
}
