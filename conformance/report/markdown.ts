import { PROFILES } from '../runner/case.js';
import type { Result, Verdict } from '../runner/result.js';
import type { About } from './about.js';
import { COLORS } from './badge.js';
import { type Cause, causesOf, titleOf } from './causes.js';
import { type Badge, badges } from './summary.js';

/** Renders what people read: badges, a table, and the failures by their causes with folded traces. */
export function renderMarkdown({ results, stale }: Verdict, about: About): string {
  const all = badges(results);
  const of = (outcome: Result['outcome']): readonly Result[] =>
    results.filter((result) => result.outcome === outcome);
  const notRun = of('not-run');
  return [
    `# iii-stream conformance of ${about.target}`,
    '',
    all.map(image).join(' '),
    '',
    `Adapter: ${about.adapter}${about.isAttached ? ', attached to an iii engine' : ''}. Suite: ${about.suite}.`,
    '',
    '| profile | says | passed | failed | known failing | not applicable | not run |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...all.map(row),
    '',
    ...section('Failed', causesOf(results), (cause) => causeSection(cause, about)),
    ...section('Known failing', of('known-failing'), ({ id, reason }) => [`- \`${id}\`: ${reason}`]),
    ...section('Stale entries of the known-failing file', stale, (entry) => [`- ${entry}`]),
    ...section('Not run', notRun.slice(0, 1), ({ reason }) => [`${notRun.length} cases: ${reason}`]),
  ].join('\n');
}

function image({ profile, text, state }: Badge): string {
  const label = `${profile} ${text}`;
  const part = (value: string): string => encodeURIComponent(value.replaceAll('-', '--'));
  return `![${label}](https://img.shields.io/badge/${part(profile)}-${part(text)}-${COLORS[state]})`;
}

const row = ({ profile, counts }: Badge): string =>
  `| ${profile} | ${PROFILES[profile]} | ${counts.passed} | ${counts.failed} | ${counts['known-failing']} | ${counts['not-applicable']} | ${counts['not-run']} |`;

function section<T>(
  title: string,
  entries: readonly T[],
  lines: (entry: T) => readonly string[],
): readonly string[] {
  return entries.length === 0 ? [] : [`## ${title}`, '', ...entries.flatMap(lines), ''];
}

function causeSection(cause: Cause, about: About): readonly string[] {
  const cases = cause.results.flatMap((result) => failure(result, about));
  return [
    `### ${cause.need === undefined ? `\`${titleOf(cause)}\`` : titleOf(cause)}`,
    '',
    ...(cause.results.length === 1 ? cases : folded(`${cause.results.length} cases`, cases)),
  ];
}

function failure({ id, reason = '', blame, trace = [] }: Result, { cites }: About): readonly string[] {
  return [
    ...cites(id).map(({ id: row, sentence }) => `> ${sentence} (\`${row}\`)`),
    '',
    `\`${id}\`, blamed on the ${blame}:`,
    '',
    '```text',
    reason,
    '```',
    '',
    ...(trace.length === 0 ? [] : folded('trace', ['```text', ...trace, '```', ''])),
  ];
}

const folded = (summary: string, lines: readonly string[]): readonly string[] => [
  `<details><summary>${summary}</summary>`,
  '',
  ...lines,
  '</details>',
  '',
];
