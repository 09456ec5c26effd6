import { readAsset } from '../asset.js';
import { matchesAny } from '../runner/glob.js';

/** A sentence that somebody promised, and what proves it. */
export interface Requirement {
  readonly id: string;
  /** The document and the place in it. */
  readonly source: string;
  readonly sentence: string;
  /** Globs of the cases that prove it. */
  readonly cases?: readonly string[];
  /** Why no case proves it. */
  readonly excluded?: string;
}

export const REQUIREMENTS: readonly Requirement[] = readAsset('conformance/requirements.json');

/** The sentences that a case proves. */
export const citesOf = (caseId: string): readonly Requirement[] =>
  REQUIREMENTS.filter(({ cases = [] }) => matchesAny(caseId, cases));
