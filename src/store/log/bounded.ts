/** As many entries as there are now: those that are there and stay come before any that is added. */
export function* bounded<T>(entries: Iterable<T>, size: number): IterableIterator<T> {
  let left = size;
  if (left === 0) return;
  for (const entry of entries) {
    yield entry;
    left -= 1;
    if (left === 0) return;
  }
}
