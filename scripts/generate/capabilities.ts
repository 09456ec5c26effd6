import { header } from './header.js';
import type { Spec } from './load.js';
import { camel, doc, quote } from './names.js';

/** `generated/capabilities.ts`: what is ours, by name, and which members belong to it. */
export function renderCapabilities(spec: Spec): string {
  const { capabilities, added, inputs } = spec;
  const names = Object.entries(capabilities).map(
    ([name, description]) => `${doc(description, '  ')}  ${camel(name)}: ${quote(name)},\n`,
  );
  const members = Object.keys(capabilities).map((name) => {
    const list = added
      .filter(({ capability }) => capability === name)
      .map(({ member }) => `    ${quote(member)},\n`);
    return `  ${quote(name)}: [\n${list.join('')}  ],\n`;
  });
  return `${header([inputs.capabilities, ...inputs.api, inputs.socket])}/** What this server has beside the API reference. */
export const CAPABILITY = {
${names.join('')}} as const;
export type Capability = (typeof CAPABILITY)[keyof typeof CAPABILITY];

/** The members of the spec that belong to each. */
export const CAPABILITY_MEMBERS: Readonly<Record<Capability, readonly string[]>> = {
${members.join('')}};
`;
}
