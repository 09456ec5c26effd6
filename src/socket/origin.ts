const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/** True when only this machine can reach the address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** An origin as browsers send it: no slash at the end, scheme and host in lower case. */
const normal = (origin: string): string => origin.replace(/\/$/, '').toLowerCase();

/**
 * True when a request may connect. A request without an Origin comes from no browser: it could send any Origin it
 * likes, and no user's credentials ride on it.
 */
export function originAllowed(origin: string | undefined, allowed: readonly string[] | undefined): boolean {
  if (origin === undefined || allowed === undefined) return true;
  const wanted = normal(origin);
  return allowed.some((candidate) => normal(candidate) === wanted);
}
