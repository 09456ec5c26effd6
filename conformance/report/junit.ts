import type { Result, Verdict } from '../runner/result.js';
import type { About } from './about.js';

/** Renders what CI servers read: a test case per case; whatever is neither passed nor failed counts as skipped. */
export function renderJunit({ results, stale }: Verdict, { target }: About): string {
  const failures = results.filter(({ outcome }) => outcome === 'failed').length + stale.length;
  const lines = results.map(caseOf);
  for (const entry of stale)
    lines.push(element('known-failing', entry, 0, `<failure message="${xml(entry)}"/>`));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${xml(`iii-stream conformance of ${target}`)}" tests="${lines.length}" failures="${failures}">`,
    ...lines,
    '</testsuite>',
    '',
  ].join('\n');
}

function caseOf({ id, profile, outcome, ms, reason = '', blame, trace = [] }: Result): string {
  if (outcome === 'passed') return element(profile, id, ms, '');
  if (outcome !== 'failed')
    return element(profile, id, ms, `<skipped message="${xml(`${outcome}: ${reason}`)}"/>`);
  const text = xml(trace.join('\n'));
  return element(profile, id, ms, `<failure type="${blame}" message="${xml(reason)}">${text}</failure>`);
}

const element = (profile: string, id: string, ms: number, inner: string): string =>
  `  <testcase classname="${xml(profile)}" name="${xml(id)}" time="${(ms / 1000).toFixed(3)}">${inner}</testcase>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML knows no control characters, not even escaped ones. */
const xml = (text: string): string =>
  text.replace(/[&<>"\n]/g, (character) => ENTITIES[character] ?? '').replace(/[^\t\x20-\u{10FFFF}]/gu, '�');
