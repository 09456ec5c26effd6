/** The least and the greatest of the values. */
export type Spread = readonly [least: number, greatest: number];

export const spread = (values: readonly number[]): Spread => [Math.min(...values), Math.max(...values)];

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
