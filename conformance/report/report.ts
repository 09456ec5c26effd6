import type { Verdict } from '../runner/result.js';
import { renderJson } from './json.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';

/** What a report says beside the verdict. */
export interface About {
  readonly target: string;
  readonly adapter: string;
  /** Ids of the requirements that a case proves. */
  readonly cites: (caseId: string) => readonly { readonly id: string; readonly sentence: string }[];
}

export const FORMATS = { json: renderJson, junit: renderJunit, markdown: renderMarkdown } as const;
export type Format = keyof typeof FORMATS;

export const render = (format: Format, verdict: Verdict, about: About): string =>
  FORMATS[format](verdict, about);
