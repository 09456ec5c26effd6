import type { Verdict } from '../runner/result.js';
import { type Badge, badges } from './summary.js';

export const COLORS: Readonly<Record<Badge['state'], string>> = {
  passed: 'brightgreen',
  'known-failing': 'yellow',
  failing: 'red',
  'not-applicable': 'lightgrey',
};

/** Renders what the endpoint badge of shields.io reads: the profiles with their counts, in the colour of the worst. */
export function renderBadge({ results }: Verdict): string {
  const all = badges(results);
  const worst = (['failing', 'known-failing', 'passed'] as const).find((state) =>
    all.some((badge) => badge.state === state),
  );
  const color = COLORS[worst ?? 'not-applicable'];
  const message = all.map(({ profile, text }) => `${profile} ${text}`).join(', ');
  return `${JSON.stringify({ schemaVersion: 1, label: 'iii-stream', message, color }, null, 2)}\n`;
}
