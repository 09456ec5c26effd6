const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a page of this origin may connect as a worker. Any page that a user opens can reach a port of this machine,
 * and a worker may do everything: so only pages of this machine may, and those that the operator names (DECISIONS:
 * browsers as workers). No `Origin` header: no browser.
 */
export function mayConnect(origin: string | undefined, allowed: readonly string[] | undefined): boolean {
  if (origin === undefined || allowed?.includes(origin) === true) return true;
  return URL.canParse(origin) && LOOPBACK.has(new URL(origin).hostname);
}
