import { block, type ConstantBlock, type Entry } from './constants.js';
import type { ErrorTables, UpdateOpRules } from './load.js';
import { camel } from './names.js';

type Table = Readonly<Record<string, { readonly description: string }>>;

const codes = (table: Table): readonly Entry[] =>
  Object.entries(table).map(([value, { description }]) => ({ key: camel(value), value, description }));

/** The constants of `spec/errors.json`. */
export function errorConstants({
  reasons,
  refusals,
  http,
  admin,
  local,
}: ErrorTables): readonly ConstantBlock[] {
  const status = (table: Readonly<Record<string, { readonly status: number }>>): readonly Entry[] =>
    Object.entries(table).map(([key, entry]) => ({ key, value: entry.status }));
  return [
    block(
      'ERROR_REASON',
      'ErrorReason',
      "Why a call failed: the start of a wire error's message.",
      codes(reasons),
    ),
    block(
      'REASON_STATUS',
      undefined,
      'The HTTP status of each reason, at the admin listener.',
      status(reasons),
    ),
    block(
      'REFUSAL',
      'RefusalCode',
      'Why an upgrade of the stream socket is refused over HTTP.',
      codes(refusals),
    ),
    block('REFUSAL_STATUS', undefined, 'The HTTP status of each refused upgrade.', status(refusals)),
    block(
      'HTTP_REFUSAL',
      'HttpRefusalCode',
      'Why a request of the stream port over HTTP is refused, besides.',
      codes(http),
    ),
    block('HTTP_REFUSAL_STATUS', undefined, 'The HTTP status of each.', status(http)),
    block(
      'ADMIN_REFUSAL',
      'AdminRefusalCode',
      'Why the admin listener and the engine endpoint refuse a request.',
      codes(admin),
    ),
    block('LOCAL_ERROR', 'LocalErrorCode', 'Errors for the operator of this process.', codes(local)),
  ];
}

/** The constants of `spec/update-ops.json`. */
export function updateConstants({ bounds, reserved, errors }: UpdateOpRules): readonly ConstantBlock[] {
  const limits = Object.entries(bounds).map(([key, entry]) => ({ key, ...entry }));
  const names = reserved.map((value) => ({ key: camel(value), value }));
  return [
    block('UPDATE_BOUND', undefined, 'Bounds of an update operation.', limits),
    block('RESERVED_NAME', undefined, 'Names that reach a prototype in careless readers.', names),
    block(
      'UPDATE_OP_ERROR',
      'UpdateOpErrorCode',
      'Why one operation of an update was skipped.',
      codes(errors),
    ),
  ];
}
