import type { Verdict } from '../runner/result.js';
import type { About } from './about.js';
import { renderBadge } from './badge.js';
import { renderJson } from './json.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';

/** Renderers by the names that `--report` takes. */
export const FORMATS = {
  json: renderJson,
  junit: renderJunit,
  markdown: renderMarkdown,
  badge: renderBadge,
} as const;
export type Format = keyof typeof FORMATS;

export const render = (format: Format, verdict: Verdict, about: About): string =>
  FORMATS[format](verdict, about);
