import assert from 'node:assert/strict';
import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { ServerMessage } from '../../../generated/socket.js';
import { area, type Setting } from '../../runner/case.js';

export const { strict } = area('limits', { needs: ['limits'] });

/** Claims about bounds that nobody configured. */
export const { strict: always } = area('limits');

/** Runs on a target with these bounds. */
export const limits = (bounds: Readonly<Record<string, number>>): Setting => ({ config: { limits: bounds } });

/** One target serves all cases whose bounds do not hinder each other. */
export const SMALL = limits({
  max_name_bytes: 40,
  max_depth: 20,
  max_frame_bytes: 20_000,
  subscriptions_per_socket: 5,
  invocation_timeout_ms: 300,
});

export function assertError(message: ServerMessage, code: string): void {
  assert(message.type === SOCKET_MESSAGE.error, `expected an error, got ${JSON.stringify(message)}`);
  assert.equal(message.code, code);
}
