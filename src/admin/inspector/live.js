import { SOCKET_MESSAGE } from './constants.js';
import { parse } from './exact.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5_000;

/**
 * One subscription over the stream socket's own protocol, as any client would hold it: it comes back after a
 * disconnect and resumes from its cursor.
 */
export class Subscription {
  #stopped = false;
  #wait = FIRST_WAIT;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {number | undefined} */
  #timer;
  #since = '';

  /**
   * @param {string} stream @param {string} group
   * @param {{ message(message: any): void, state(text: string): void }} listener
   */
  constructor(stream, group, listener) {
    this.path = `/stream/${encodeURIComponent(stream)}/${encodeURIComponent(group)}`;
    this.listener = listener;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect() {
    this.listener.state('connecting…');
    const since = this.#since === '' ? '' : `&since=${encodeURIComponent(this.#since)}`;
    const socket = new WebSocket(`ws://${location.host}${this.path}?items=1${since}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#wait = FIRST_WAIT;
      if (!this.#stopped) this.listener.state('live');
    };
    socket.onmessage = ({ data }) => {
      if (this.#stopped) return;
      const message = parse(data);
      // The acknowledgement tells where the group will stand after what follows; only what came counts.
      if (message.epoch !== undefined && message.type === SOCKET_MESSAGE.stream) {
        this.#since = `${message.epoch}:${message.seq}`;
      }
      this.listener.message(message);
    };
    socket.onclose = () => {
      if (this.#stopped) return;
      this.listener.state('disconnected; coming back');
      this.#timer = setTimeout(() => this.#connect(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    };
  }
}
