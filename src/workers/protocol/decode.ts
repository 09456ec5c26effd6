import { TELEMETRY_MAGIC } from '../../../generated/constants.js';
import type { ErrorBodyParts } from '../../../generated/messages/worker.js';
import type { InvocationFailure } from '../../service/service-port.js';

const MAGIC: ReadonlySet<string> = new Set(Object.values(TELEMETRY_MAGIC));
const MAGIC_BYTES = 4;

/** The text of a frame; undefined for telemetry, which SDKs send as binary frames between the others. */
export function textOf(data: Buffer, isBinary: boolean): string | undefined {
  if (isBinary && MAGIC.has(data.toString('latin1', 0, MAGIC_BYTES))) return undefined;
  return data.toString();
}

/** The failure that a result carries, if it does. */
export function failureOf(error: ErrorBodyParts | null | undefined): InvocationFailure | undefined {
  if (error === null || error === undefined) return undefined;
  const { code, message, stacktrace } = error;
  return typeof stacktrace === 'string' ? { code, message, stacktrace } : { code, message };
}
