/** UTF-16 units that one turn may collect before they are written anyway. */
const FLUSH_AT = 1_048_576;

/** Collects the messages of one turn of the event loop, so that a burst of results costs one write. */
export class Outbox {
  #messages: string[] = [];
  #length = 0;
  #scheduled = false;
  readonly #write: (messages: readonly string[]) => void;
  readonly #onTurn = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  constructor(write: (messages: readonly string[]) => void) {
    this.#write = write;
  }

  send(message: string): void {
    this.#messages.push(message);
    this.#length += message.length;
    if (this.#length >= FLUSH_AT) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#onTurn);
    }
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.#length = 0;
    this.#write(messages);
  }
}
