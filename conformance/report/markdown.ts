import { PROFILES } from '../runner/case.js';
import type { Result, Verdict } from '../runner/result.js';
import type { About } from './report.js';
import { type Badge, badges } from './summary.js';

const COLORS: Readonly<Record<Badge['state'], string>> = {
  passed: 'brightgreen',
  'known-failing': 'yellow',
  failing: 'red',
  'not-applicable': 'lightgrey',
};

export function renderMarkdown({ results, stale }: Verdict, about: About): string {
  const all = badges(results);
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const known = results.filter(({ outcome }) => outcome === 'known-failing');
  return [
    `# iii-stream conformance of ${about.target}`,
    '',
    all.map(image).join(' '),
    '',
    `Adapter: ${about.adapter}`,
    '',
    '| profile | says | passed | failed | known failing | not applicable |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...all.map(row),
    '',
    ...section('Failed', failed, (result) => failure(result, about)),
    ...section('Known failing', known, ({ id, reason }) => [`- \`${id}\`: ${reason}`]),
    ...section('Stale entries of the known-failing file', stale, (entry) => [`- ${entry}`]),
  ].join('\n');
}

function image({ profile, state, text }: Badge): string {
  const label = `${profile} ${text}`;
  const part = (value: string): string => encodeURIComponent(value.replaceAll('-', '--'));
  return `![${label}](https://img.shields.io/badge/${part(profile)}-${part(text)}-${COLORS[state]})`;
}

const row = ({ profile, counts }: Badge): string =>
  `| ${profile} | ${PROFILES[profile]} | ${counts.passed} | ${counts.failed} | ${counts['known-failing']} | ${counts['not-applicable']} |`;

function section<T>(
  title: string,
  entries: readonly T[],
  lines: (entry: T) => readonly string[],
): readonly string[] {
  return entries.length === 0 ? [] : [`## ${title}`, '', ...entries.flatMap(lines), ''];
}

function failure({ id, reason = '', blame, trace = [] }: Result, { cites }: About): readonly string[] {
  return [
    `### \`${id}\``,
    '',
    `Blamed on the ${blame}.`,
    '',
    ...cites(id).map(({ id: row, sentence }) => `> ${sentence} (\`${row}\`)`),
    '',
    '```text',
    reason,
    '',
    ...trace,
    '```',
    '',
  ];
}
