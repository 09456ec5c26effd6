import type { Cursor } from '../domain/change.js';

/** True when somebody sequences the group, so that its cursor says something. */
export const isSequenced = ({ epoch }: Cursor): boolean => epoch !== '';

export const etagOf = ({ epoch, seq }: Cursor): string => `"${epoch}:${seq}"`;

/** True when the client wants nothing if there is anything at all (RFC 9110, 13.1.2). */
export const isAnyTag = (header: string | undefined): boolean => header?.trim() === '*';

const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const CURSOR = /^(.*):(\d{1,16})$/;

/** The newest cursor among the ETags that the client holds; a proxy that compressed a reply made them weak. */
export function cursorOfTags(header: string | undefined): Cursor | undefined {
  let newest: Cursor | undefined;
  for (const [, tag = ''] of (header ?? '').matchAll(TAG)) {
    const [, epoch, digits] = CURSOR.exec(tag) ?? [];
    const seq = Number(digits);
    if (epoch === undefined || !Number.isSafeInteger(seq)) continue;
    if (newest === undefined || seq > newest.seq) newest = { epoch, seq };
  }
  return newest;
}
