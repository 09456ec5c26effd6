import type { StreamSubscription } from '@motiadev/stream-client-browser';
import { WebSocket } from 'ws';

/** The browser's WebSocket, whose errors nobody has to listen to: a connect that is refused is only a close. */
class BrowserSocket extends WebSocket {
  constructor(address: string) {
    super(address);
    this.on('error', () => {});
  }
}

/** Gives the deployed browser client what it expects of its world, until it is disposed. */
export function browserGlobals(): Disposable {
  Object.assign(globalThis, { WebSocket: BrowserSocket });
  return {
    [Symbol.dispose]() {
      // The client's close does not stop its reconnecting.
      Object.assign(globalThis, {
        WebSocket: class {
          addEventListener(): void {}
        },
      });
    },
  };
}

/** Resolves when the subscription's state satisfies `match`. */
export function until<T>(
  subscription: StreamSubscription<T, never>,
  match: (state: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    const listener = (state: T | null) => {
      if (state === null || !match(state)) return;
      subscription.removeChangeListener(listener as never);
      resolve(state);
    };
    subscription.addChangeListener(listener as never);
    listener(subscription.getState() as T | null);
  });
}
