/** One error that a validator found. */
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** True when the value is valid; else `errors` says why, until the next call. */
export interface Check {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}

/** A check that tells the compiler what it found. */
export interface Validator<T> extends Check {
  (value: unknown): value is T;
}

/** The error that the last call of `validate` found, as `<field>: <what>`. `root` names the value itself. */
export function explain(validate: Check, root: string): string {
  const error = validate.errors?.at(-1);
  if (error === undefined) return `${root}: is not valid`;
  const { params, keyword } = error;
  const path = segments(error.instancePath);
  switch (keyword) {
    case 'required':
      return `${field([...path, String(params.missingProperty)], root)}: is required`;
    case 'additionalProperties':
      return `${field([...path, String(params.additionalProperty)], root)}: is not known`;
    case 'discriminator':
      return `${field([...path, String(params.tag)], root)}: ${tagError(params)}`;
    case 'enum':
      return `${field(path, root)}: must be one of ${(params.allowedValues as readonly unknown[]).map(String).join(', ')}`;
    case 'const':
      return `${field(path, root)}: must be ${JSON.stringify(params.allowedValue)}`;
    case 'type':
      return `${field(path, root)}: must be ${String(params.type).replaceAll(',', ' or ')}`;
    case 'minLength':
      return `${field(path, root)}: must not be empty`;
    default:
      return `${field(path, root)}: ${error.message ?? 'is not valid'}`;
  }
}

function tagError({ error, tagValue }: Readonly<Record<string, unknown>>): string {
  if (tagValue === undefined) return 'is required';
  return error === 'tag'
    ? 'must be string'
    : `has the unknown value ${JSON.stringify(String(tagValue).slice(0, 64))}`;
}

const segments = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

/** `['ops', '0', 'path']` → `ops[0].path`. */
function field(path: readonly string[], root: string): string {
  if (path.length === 0) return root;
  return path
    .map((token, at) => (/^\d+$/.test(token) ? `[${token}]` : at === 0 ? token : `.${token}`))
    .join('');
}
