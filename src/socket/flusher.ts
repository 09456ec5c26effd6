/** Something whose writes leave together. */
export interface Corked {
  flush(): void;
}

let corked: Corked[] = [];

function flushAll(): void {
  const due = corked;
  corked = [];
  for (const one of due) one.flush();
}

/**
 * Calls `flush` once what runs now is done: a read with all its messages, or delivery with all its groups. One turn
 * later would cost every message a poll of the operating system.
 */
export function flushLater(one: Corked): void {
  if (corked.push(one) === 1) process.nextTick(flushAll);
}
