import type { StreamItem } from './types.js';

/** A sync that comes in pieces, up to the last of them. */
export function createPieces() {
  let items: readonly StreamItem[] = [];
  let at = '';
  return {
    /** What came so far belongs to a join that is over. */
    forget(): void {
      at = '';
    },

    /**
     * Takes a piece; one of another place in the history begins anew.
     *
     * @returns the whole list with its last piece, before that undefined
     */
    add(
      piece: readonly StreamItem[],
      place: string,
      more: boolean | undefined,
    ): readonly StreamItem[] | undefined {
      items = place === at ? items.concat(piece) : piece;
      at = more ? place : '';
      return more ? undefined : items;
    },
  };
}
