const MAX_ENTRIES = 400;
const MAX_TEXT = 600;

/** What one case sent and received; printed only when it fails. */
export class Trace {
  readonly #start = performance.now();
  readonly #lines: string[] = [];
  #dropped = 0;
  #isNews = false;

  /** Whether something was sent or received since this was asked before. */
  hasNews(): boolean {
    const isNews = this.#isNews;
    this.#isNews = false;
    return isNews;
  }

  add(who: string, what: string, text = ''): void {
    if (this.#lines.length === MAX_ENTRIES) {
      this.#lines.shift();
      this.#dropped += 1;
    }
    this.#isNews = true;
    const at = (performance.now() - this.#start).toFixed(1).padStart(8);
    const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
    this.#lines.push(`${at} ms  ${who.padEnd(9)} ${what} ${cut}`.trimEnd());
  }

  lines(): readonly string[] {
    return this.#dropped === 0 ? [...this.#lines] : [`(${this.#dropped} earlier lines)`, ...this.#lines];
  }
}
