import { titleOf } from './family.js';
import { header } from './header.js';
import type { FunctionSpec, Spec } from './load.js';
import { doc, pascal } from './names.js';
import { renderRequest, requestFields } from './requests.js';

/** `generated/handlers.ts`: the interface that the engine implements, and what calls it. */
export function renderHandlers(spec: Spec): string {
  const { functions } = spec;
  const inputs = functions.map(({ request }) => titleOf(request));
  return `${header(spec.inputs.api)}import { ERROR_CODE, FUNCTION } from './constants.js';
import type { ${[...new Set(inputs)].sort().join(', ')} } from './functions.js';
import type { JsonText } from './json-text.js';
import { explain, type Validator } from './validation.js';
import {
${[...new Set(inputs)]
  .sort()
  .map((name) => `  validate${name},\n`)
  .join('')}} from './validators.js';

/** A value on its way, which calls one of the two when it arrives, or why it does not. */
export interface Taken<T> {
  take(onValue: (value: T) => void, onError: (error: unknown) => void): void;
}

/** What a handler answers: a value that is here, or comes. */
export type Answer<T> = T | Promise<T> | Taken<T>;

${functions.map(renderRequest).join('\n')}
/**
 * One handler per function. An error that it throws, or rejects with, is the caller's wire error; its code is the
 * function's. A result is answered in the same turn when the handler returns it synchronously.
 */
export interface StreamHandlers<Context> {
${functions.map(renderMethod).join('')}}

/** What the dispatcher needs of its owner. */
export interface DispatchTools {
  /** The raw text of a top-level field of an object. */
  sliceField(payload: JsonText, field: string): JsonText | undefined;
  /** The error of input that breaks the function's schema; \`message\` names the field. */
  invalidInput(message: string): unknown;
  /** What a caller may read about an error that a handler threw, or about invalid input. */
  describeError(error: unknown): Omit<WireFailure, 'code'>;
}

/** Why a call failed, as its caller sees it. */
export interface WireFailure {
  readonly code: string;
  /** Why, as a stable word; also the start of \`message\`. */
  readonly reason: string;
  readonly message: string;
}

/** Called exactly once per dispatched call; must not throw. */
export type DispatchDone = (failure: WireFailure | undefined, result: JsonText | undefined) => void;

/**
 * Calls the handler of \`functionId\`; false, and \`done\` is not called, when there is none of that id.
 * \`parsed\` is what JSON.parse makes of \`payload\`, for a caller that has it anyway.
 */
export type Dispatch<Context> = (
  functionId: string,
  payload: JsonText | undefined,
  context: Context,
  done: DispatchDone,
  parsed?: unknown,
) => boolean;

interface Route<Input, Context> {
  readonly code: string;
  readonly validate: Validator<Input>;
  /** Nothing is required, so that an absent or null payload is an empty one. */
  readonly allOptional: boolean;
  call(input: Input, payload: JsonText, context: Context): Answer<JsonText | undefined>;
}

/** A dispatcher that checks input, calls handlers, and turns bad input and errors into wire errors. */
export function createDispatcher<Context>(handlers: StreamHandlers<Context>, tools: DispatchTools): Dispatch<Context> {
  const raw = (payload: JsonText, field: string): JsonText => {
    const text = tools.sliceField(payload, field);
    if (text === undefined) throw new Error(\`sliceField does not find \${field}, which JSON.parse found\`);
    return text;
  };
  const routes = new Map<
    string,
    (payload: JsonText | undefined, context: Context, done: DispatchDone, parsed: unknown) => void
  >();
  const add = <Input>(id: string, route: Route<Input, Context>): void => {
    routes.set(id, (payload, context, done, parsed) => answer(route, tools, payload, context, done, parsed));
  };

${functions.map(renderRoute).join('\n')}
  return (functionId, payload, context, done, parsed) => {
    const route = routes.get(functionId);
    if (route === undefined) return false;
    route(payload, context, done, parsed);
    return true;
  };
}

function answer<Input, Context>(
  route: Route<Input, Context>,
  tools: DispatchTools,
  payload: JsonText | undefined,
  context: Context,
  done: DispatchDone,
  known: unknown,
): void {
  let failure: WireFailure | undefined;
  let result: Answer<JsonText | undefined>;
  const failed = (error: unknown): WireFailure => ({ code: route.code, ...tools.describeError(error) });
  try {
    const text = payload ?? ('null' as JsonText);
    const parsed: unknown = known === undefined ? JSON.parse(text) : known;
    const input = parsed === null && route.allOptional ? {} : parsed;
    if (route.validate(input)) result = route.call(input, text, context);
    else failure = failed(tools.invalidInput(explain(route.validate, 'payload')));
  } catch (error) {
    failure = failed(error);
  }
  // Outside of the try: what \`done\` throws is its owner's fault, and no second answer.
  if (typeof result !== 'object') {
    done(failure, result);
    return;
  }
  const answered = (value: JsonText | undefined): void => done(undefined, value);
  const refused = (error: unknown): void => done(failed(error), undefined);
  if (result instanceof Promise) result.then(answered, refused);
  else result.take(answered, refused);
}
`;
}

function renderMethod({ id, key, description, response }: FunctionSpec): string {
  const always = response.type === 'object' || response.type === 'array';
  const result = always ? 'JsonText' : 'JsonText | undefined';
  return (
    doc(`\`${id}\`: ${description}`, '  ') +
    `  ${key}(input: ${pascal(key)}Request, context: Context): Answer<${result}>;\n`
  );
}

function renderRoute(spec: FunctionSpec): string {
  const { key, request } = spec;
  const title = titleOf(request);
  const fields = requestFields(spec).map(({ name, value }) =>
    name === value ? `          ${name},\n` : `          ${name}: ${value},\n`,
  );
  const argument = fields.length === 0 ? 'input' : `{\n${fields.join('')}        }`;
  const payload = argument.includes('payload') ? 'payload' : '_payload';
  return `  add<${title}>(FUNCTION.${key}, {
    code: ERROR_CODE.${key},
    validate: validate${title},
    allOptional: ${(request.required ?? []).length === 0},
    call: (input, ${payload}, context) =>
      handlers.${key}(
        ${argument},
        context,
      ),
  });
`;
}
