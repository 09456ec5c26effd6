import type { ItemView, StreamClientEvent } from './types.js';

/** Who looks, and at what. */
export interface Observer {
  /** Called at once, and then with each new view. */
  view?(view: ItemView): void;
  event?(event: StreamClientEvent): void;
  dropped?: ((count: number) => void) | undefined;
}

type Told<Kind extends keyof Observer> = Parameters<NonNullable<Observer[Kind]>>[0];

/** Who observes one address. What one of them throws stops nobody else. */
export function createObservers(warn: (code: string, detail: unknown) => void) {
  const all = new Set<Observer>();
  const call = <Kind extends keyof Observer>(observer: Observer, kind: Kind, value: Told<Kind>): void => {
    try {
      (observer[kind] as ((value: unknown) => void) | undefined)?.(value);
    } catch (fault) {
      warn('listener_failed', fault);
    }
  };
  return {
    all,
    call,
    /** One that another one ended meanwhile is not called any more. */
    tell<Kind extends keyof Observer>(kind: Kind, value: Told<Kind>): void {
      for (const observer of [...all]) if (all.has(observer)) call(observer, kind, value);
    },
  };
}
