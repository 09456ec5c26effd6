import type { UpdateOp } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { plainField, type Span } from '../json-plain.js';
import { asJson, detach, jsonOf } from '../json-text.js';
import { applyToTarget } from './apply-op.js';
import { Draft } from './draft.js';
import { checkSegment, type OpFailure } from './path.js';
import type { Target } from './target.js';

/** What one op made of a text. */
export interface Rewritten {
  readonly text: JsonText;
  readonly failure: OpFailure | undefined;
}

/** One first-level field of an object, in the object's text. */
class FieldInText implements Target {
  readonly label: string;
  readonly #span: Span;
  text: JsonText;

  constructor(text: JsonText, field: string, span: Span) {
    this.text = text;
    this.label = field;
    this.#span = span;
  }

  get value(): unknown {
    return JSON.parse(this.text.slice(this.#span.from, this.#span.to));
  }

  /** Called once at most. */
  write(value: unknown): void {
    const { from, to } = this.#span;
    this.text = detach(asJson(this.text.slice(0, from) + jsonOf(value) + this.text.slice(to)));
  }

  erase(): void {
    throw new Error('a field is not erased in place');
  }
}

/**
 * Applies one op to the text of a value without parsing the rest of it. Undefined, and the text has to be parsed,
 * unless the op rewrites a field that is there and the rest would come out as it is.
 */
export function applyInPlace(text: JsonText, op: UpdateOp): Rewritten | undefined {
  if (op.type === 'merge' || op.type === 'remove' || typeof op.path !== 'string') return undefined;
  if (checkSegment(op.type, op.path, 0) !== undefined) return undefined;
  const span = plainField(text, op.path);
  if (span === undefined) return undefined;
  const target = new FieldInText(text, op.path, span);
  const failure = applyToTarget(new Draft(undefined), op, target);
  return { text: target.text, failure };
}
