import type { IncomingMessage } from 'node:http';
import type { Config, Live } from '../config/index.js';
import { siteOf } from '../net/forwarded-site.js';
import { isAuthority, isOwnHost, isSameOrigin } from '../net/origin.js';
import { Refusal } from '../net/refusal.js';
import type { Logger } from '../observability/logger.js';
import { readToken, type Shown, TokenCheck } from './token.js';

/** What of the configuration decides about access. */
export type AccessConfig = Pick<Config, 'admin'> & Partial<Pick<Config, 'trusted_proxies'>>;

/** Decides who may ask the admin listener, and for what (D30, D63, D77). */
export class Access {
  readonly #host: string;
  readonly #config: Live<AccessConfig>;
  readonly #token: TokenCheck;

  /** @param host the listener's configured host, which counts as a name of it */
  constructor(host: string, config: Live<AccessConfig>, logger: Logger) {
    this.#host = host;
    this.#config = config;
    this.#token = new TokenCheck(() => readToken(config.current), logger);
  }

  /** True when nobody gets in without a token. */
  get wantsToken(): boolean {
    return this.#token.isWanted;
  }

  /**
   * Whoever shows a token got it for this listener, by whatever name; without one a name may be somebody else's.
   *
   * @returns how the token was shown
   * @throws Refusal `unauthorized`, `unknown_host`
   */
  mayRead({ headers }: Pick<IncomingMessage, 'headers'>): Shown {
    const shown = this.#token.check(headers);
    if (shown === 'nothing' && !isOwnHost(headers.host, this.#host)) {
      const how = 'ask by address, as localhost, or by the configured admin.host';
      const proxy =
        'a proxy sends one of these as Host, and the name that it is known by as X-Forwarded-Host';
      throw new Refusal(421, 'unknown_host', `${how}; ${proxy}`);
    }
    return shown;
  }

  /**
   * Only our own page acts on a user's behalf. Whoever shows the token as a bearer is no page of others, unless a proxy
   * adds it to what browsers send.
   *
   * @throws Refusal `unauthorized`, `unknown_host`, `origin_not_allowed`
   */
  mayAct(request: IncomingMessage): void {
    const shown = this.mayRead(request);
    const { headers } = request;
    const { scheme, host, forwarded } = siteOf(request, this.#config.current.trusted_proxies);
    if (shown === 'bearer' && forwarded !== 'believed') return;
    const own = [`${scheme}://${host}`];
    // A proxy may speak TLS for us without saying so; a page cannot make a browser send this password elsewhere.
    if (shown === 'basic' && forwarded !== 'believed') own.push(`https://${host}`);
    if (isSameOrigin(headers, own)) return;
    const hint =
      forwarded === 'ignored'
        ? ': the forwarded headers of this peer are not believed, see trusted_proxies'
        : headers.origin === undefined
          ? ''
          : `: the page is of ${headers.origin}, this listener is ${own[0]}`;
    throw new Refusal(403, 'origin_not_allowed', `only the inspector itself may ask for changes${hint}`);
  }

  /** The host that browsers know the page by, where it can be trusted to be one. */
  hostOfPage(request: IncomingMessage): string | undefined {
    const { host, forwarded } = siteOf(request, this.#config.current.trusted_proxies);
    const isKnown = forwarded === 'believed' || isOwnHost(host, this.#host) || this.wantsToken;
    return isKnown && isAuthority(host) ? host : undefined;
  }
}
