/** Something whose writes of this tick leave together. */
export interface Corked {
  flush(): void;
}

let corked: Corked[] = [];

function flushAll(): void {
  const due = corked;
  corked = [];
  for (const one of due) one.flush();
}

/** Calls `flush` once this tick's work is done. One immediate serves all sockets of the process. */
export function flushLater(one: Corked): void {
  if (corked.push(one) === 1) setImmediate(flushAll);
}
