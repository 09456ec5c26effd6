import { canonical, sortKeys } from './exact.js';

/** Where a text is refused and by which rule, named as in JSON Schema; `json` for what is no JSON. */
export interface Refusal {
  readonly path: string;
  readonly keyword: string;
}

/** A row of `spec/vectors/messages.json`; its README says what the fields mean. */
export interface Row {
  readonly name: string;
  readonly family: string;
  readonly type: string;
  readonly text: string;
  readonly decoded?: unknown;
  readonly encoded?: string;
  readonly error?: Refusal;
  readonly strict?: Refusal;
}

/** What an implementation made of a row. */
export type Outcome =
  | { readonly name: string; readonly decoded: unknown; readonly encoded: string }
  | { readonly name: string; readonly error: Refusal };

/** Why an outcome is not what its row asks for, if it is not. */
export function mismatch(row: Row, outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined) return 'no outcome';
  if (row.error !== undefined) {
    if (!('error' in outcome)) return `is taken, but ${refusal(row.error)} must refuse it`;
    const found = refusal(outcome.error);
    return found === refusal(row.error) ? undefined : `is refused by ${found}, not by ${refusal(row.error)}`;
  }
  if ('error' in outcome) return `is refused by ${refusal(outcome.error)}`;
  const wanted = canonicalForm(row.decoded);
  const found = canonicalForm(outcome.decoded);
  if (found !== wanted) return `is ${found}, not ${wanted}`;
  const text = row.encoded ?? row.text;
  return canonical(outcome.encoded) === canonical(text)
    ? undefined
    : `is written ${outcome.encoded}, not ${text}`;
}

const refusal = ({ path, keyword }: Refusal): string => `${path === '' ? 'the value' : path}: ${keyword}`;

/** The decoded form as text, the JSON texts in it made canonical. */
function canonicalForm(form: unknown): string {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const isText = (key: string): boolean =>
      key === '$any' || (key === 'raw' && '$' in value && value.$ === 'Unknown');
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, isText(key) ? canonical(String(item)) : walk(item)]),
    );
  };
  return JSON.stringify(sortKeys(walk(form)));
}
