import { LocalError } from '../../domain/errors.js';

/** An engine's URL as it may be shown: without credentials and query. @throws LocalError `engine_url` */
export function shownUrl(url: string): string {
  const { protocol = '', host = '', pathname = '' } = URL.canParse(url) ? new URL(url) : {};
  if (protocol !== 'ws:' && protocol !== 'wss:') {
    throw new LocalError('engine_url', "the engine's URL must begin with ws:// or wss://");
  }
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
