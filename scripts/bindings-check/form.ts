import { type Declaration, type Model, type Type, unalias } from '../generate/lang/model.js';
import type { ExactNumber } from './exact.js';

type Container = Readonly<Record<string, unknown>>;

/** The form of `spec/vectors/README.md` for a valid value, read by {@link parseExact}, of a declared type. */
export function formOf(value: unknown, name: string, model: Model): unknown {
  return form(value, { kind: 'named', name }, model);
}

function form(value: unknown, type: Type, model: Model): unknown {
  const plain = unalias(type, model);
  switch (plain.kind) {
    case 'any':
      return { $any: print(value) };
    case 'integer':
    case 'number':
      return Number((value as ExactNumber).$number);
    case 'array':
      return (value as readonly unknown[]).map((item) => form(item, plain.items, model));
    case 'map': {
      const entries = Object.entries(value as Container);
      return {
        $map: Object.fromEntries(entries.map(([key, item]) => [key, form(item, plain.values, model)])),
      };
    }
    case 'nullable':
      return value === null ? null : form(value, plain.of, model);
    case 'named':
      return declared(value, model.get(plain.name), model);
    default:
      return value;
  }
}

function declared(value: unknown, declaration: Declaration | undefined, model: Model): unknown {
  if (declaration?.kind === 'choice') {
    const branch = declaration.branches.find(({ json }) => json === jsonTypeOf(value));
    return branch === undefined ? value : form(value, branch.type, model);
  }
  if (declaration?.kind === 'union') {
    const tag = (value as Container)[declaration.tag];
    const branch = declaration.branches.find((each) => each.value === tag);
    if (branch === undefined) return { $: 'Unknown', tag, raw: print(value) };
    return formOf(value, branch.name, model);
  }
  if (declaration?.kind !== 'object') return value;
  const present = declaration.fields.filter(({ wire }) => Object.hasOwn(value as Container, wire));
  const fields = present.map(({ wire, type }) => [wire, form((value as Container)[wire], type, model)]);
  return { $: declaration.name, ...Object.fromEntries(fields) };
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object' || value === null) return typeof value;
  return '$number' in value ? 'integer' : 'object';
}

/** What {@link parseExact} read, as JSON text. */
export const print = (value: unknown): string =>
  JSON.stringify(value).replace(/\{"\$number":"([^"]*)"\}/g, (_, number: string) => number);
