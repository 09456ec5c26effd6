import type { Verdict } from '../runner/result.js';
import type { About } from './report.js';
import { badges } from './summary.js';

export function renderJson({ passed, results, stale }: Verdict, { target, adapter, cites }: About): string {
  const cases = results.map((result) => ({ ...result, cites: cites(result.id).map(({ id }) => id) }));
  return `${JSON.stringify({ target, adapter, passed, badges: badges(results), stale, cases }, null, 2)}\n`;
}
