import type { MergePath, UpdateOp } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { asJson, detach, fieldSpan, injectField, type Span } from '../json-text.js';
import { applyToTarget } from './apply-op.js';
import { checkPath, checkSegment, labelOf, type OpFailure, type TargetOp } from './path.js';
import type { Target } from './target.js';
import { TextDraft, Unparsed } from './text-draft.js';

/** What one op made of a text. */
export interface Rewritten {
  readonly text: JsonText;
  readonly failure: OpFailure | undefined;
  readonly hasGrownString: boolean;
}

/** A field of an object in the text of a value; without a span one that the value itself, an object, does not have. */
class FieldInText implements Target {
  readonly #draft: TextDraft;
  readonly #path: MergePath;
  readonly #span: Span | undefined;
  text: JsonText;

  constructor(draft: TextDraft, text: JsonText, path: MergePath, span: Span | undefined) {
    this.#draft = draft;
    this.#path = path;
    this.#span = span;
    this.text = text;
  }

  get label(): string {
    return typeof this.#path === 'string' ? this.#path : labelOf(this.#path);
  }

  get value(): unknown {
    const span = this.#span;
    return span && new Unparsed(asJson(this.text.slice(span.from, span.to)));
  }

  /** Called once at most. */
  write(value: unknown): void {
    const text = this.#draft.textOf(value);
    const span = this.#span;
    this.text = detach(
      span === undefined
        ? injectField(this.text, this.#path as string, text)
        : asJson(this.text.slice(0, span.from) + text + this.text.slice(span.to)),
    );
  }

  erase(): void {
    throw new Error('a field is not erased in place');
  }
}

/**
 * Applies one op to the text of a value without opening the rest of it. Undefined, and a draft has to be made, unless
 * the op writes a field, whose object is there.
 */
export function applyInPlace(text: JsonText, op: UpdateOp): Rewritten | undefined {
  if (op.type === 'merge' || op.type === 'remove') return undefined;
  const { path } = op;
  if (typeof path === 'string') {
    if (checkSegment(op.type, path, 0) !== undefined) return undefined;
    const span = fieldSpan(text, 0, path);
    return span === undefined && !text.startsWith('{') ? undefined : rewritten(text, op, path, span);
  }
  if (!Array.isArray(path) || path.length === 0 || checkPath(op.type, path) !== undefined) return undefined;
  let span: Span | undefined;
  for (const segment of path) {
    span = fieldSpan(text, span?.from ?? 0, segment);
    if (span === undefined) return undefined;
  }
  return rewritten(text, op, path, span);
}

function rewritten(text: JsonText, op: TargetOp, path: MergePath, span: Span | undefined): Rewritten {
  const draft = new TextDraft(undefined);
  const target = new FieldInText(draft, text, path, span);
  const failure = applyToTarget(draft, op, target);
  return { text: target.text, failure, hasGrownString: draft.hasGrownString };
}
