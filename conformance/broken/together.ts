import type { Damage, Damages, Line, Message, Replaced } from './defect.js';

/** All of several damages at once; a message passes them in their order. */
export function together(all: readonly Damages[]): Damages {
  const first = <T>(values: readonly (T | undefined)[]): T | undefined =>
    values.find((value) => value !== undefined);
  return {
    engine: () => chained(all.map(({ engine }) => engine?.() ?? {})),
    socket: () => chained(all.map(({ socket }) => socket?.() ?? {})),
    accepts: (status) => all.some(({ accepts }) => accepts?.(status)),
    refuses: (path) => first(all.map(({ refuses }) => refuses?.(path))),
    hidesSubprotocol: all.some(({ hidesSubprotocol }) => hidesSubprotocol),
  };
}

function chained(damages: readonly Damage[]): Damage {
  return {
    down: (message, line) => through(damages, 'down', message, line),
    up: (message, line) => through(damages, 'up', message, line),
    losesBinary: damages.some(({ losesBinary }) => losesBinary),
  };
}

function through(damages: readonly Damage[], way: 'down' | 'up', message: Message, line: Line): Replaced {
  let isTouched = false;
  let messages: readonly Message[] = [message];
  for (const damage of damages) {
    messages = messages.flatMap((one) => {
      const replaced = damage[way]?.(one, line);
      if (replaced !== undefined) isTouched = true;
      return replaced ?? [one];
    });
  }
  return isTouched ? messages : undefined;
}
