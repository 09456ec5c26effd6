import type { Cursor } from '../../domain/change.js';
import type { Refusal } from '../../net/refusal.js';
import { badParameter } from '../../socket/request-target.js';

/** A place in a group's JSON stream. */
export type Position =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  /** Everything up to the cursor was read. */
  | { readonly kind: 'after'; readonly cursor: Cursor }
  /** In the middle of the snapshot that began at the cursor; `after` is a page's `next`. */
  | { readonly kind: 'page'; readonly cursor: Cursor; readonly after: string };

/** A place that has an offset of its own. */
export type Placed = Extract<Position, { cursor: Cursor }>;

const START = '-1';
const END = 'now';
const DIGITS = 16;
const AFTER = /^(\d{16})_([\w-]+)$/;
const PAGE = /^-1\.(\d{16})_([\w-]+)\.(?:(\d{16})|~(.+))$/;

const padded = (number: number | string): string => String(number).padStart(DIGITS, '0');

export const cursorOffset = ({ seq, epoch }: Cursor): string => `${padded(seq)}_${epoch}`;

/**
 * The offset of a place. Those of one epoch sort by their characters, and a snapshot's lie between its start and what
 * follows it; the epoch is a part of it, because a seq alone says nothing about another one.
 */
export function offsetOf(position: Placed): string {
  const { cursor } = position;
  if (position.kind === 'after') return cursorOffset(cursor);
  const { after } = position;
  const place = after.startsWith('.') ? `~${encodeURIComponent(after.slice(1))}` : padded(after);
  return `${START}.${cursorOffset(cursor)}.${place}`;
}

/** @throws Refusal 400 */
export function parseOffset(text: string | undefined): Position {
  if (text === undefined || text === START) return { kind: 'start' };
  if (text === END) return { kind: 'end' };
  const [, seq, epoch] = AFTER.exec(text) ?? [];
  if (epoch !== undefined) return { kind: 'after', cursor: cursorOf(seq, epoch) };
  const [, start, of, created, id] = PAGE.exec(text) ?? [];
  if (of === undefined) throw badOffset();
  const after = id === undefined ? String(Number(created)) : `.${decoded(id)}`;
  return { kind: 'page', cursor: cursorOf(start, of), after };
}

function cursorOf(digits: string | undefined, epoch: string): Cursor {
  const seq = Number(digits);
  if (!Number.isSafeInteger(seq)) throw badOffset();
  return { epoch, seq };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw badOffset();
  }
}

const badOffset = (): Refusal => badParameter('offset: must be -1, now, or a former Stream-Next-Offset');

/** Milliseconds that one cursor of live replies lasts, and when the first began: the protocol's defaults. */
const INTERVAL = 20_000;
const FIRST = Date.UTC(2024, 9, 9);
/** Intervals that a client's cursor which is not in the past is passed by, at most. */
const JITTER = 180;
const CURSOR = /^\d{1,15}$/;

/** The cursor of a live reply: later than the one that the client sent, so that no cache gives it the same reply again. */
export function liveCursor(sent: string | undefined, now = Date.now()): string {
  const current = Math.floor((now - FIRST) / INTERVAL);
  const theirs = sent !== undefined && CURSOR.test(sent) ? Number(sent) : -1;
  return String(theirs < current ? current : theirs + 1 + Math.floor(Math.random() * JITTER));
}
