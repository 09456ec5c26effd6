/** A sentence that a case proves. */
export interface Cited {
  readonly id: string;
  readonly sentence: string;
}

/** What a report says beside the verdict. */
export interface About {
  /** The target's command, or the URL of its engine endpoint. */
  readonly target: string;
  readonly adapter: string;
  /** Functions were reached through an iii engine. */
  readonly isAttached: boolean;
  /** The version of the suite. */
  readonly suite: string;
  /** The sentences that a case proves. */
  readonly cites: (caseId: string) => readonly Cited[];
}
