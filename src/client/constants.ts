// A bundle has the values of these tables where they are used, and no tables.

/** What a group waits for. */
export const STAGE = {
  /** For nothing: it is not observed. */
  off: 0,
  /** For what `persist` kept. */
  restoring: 1,
  /** For the reply to its join, or the sync that was announced. */
  joining: 2,
  /** For changes. */
  live: 3,
  /** For nothing any more. */
  ended: 4,
} as const;
export type Stage = (typeof STAGE)[keyof typeof STAGE];

/** What a group tells its observers; each has its functions in these places. */
export const TOLD = {
  view: 0,
  event: 1,
  dropped: 2,
} as const;

/** Times, in milliseconds. */
export const MS = {
  /** For a token and a handshake: an auth function may take 10 s. */
  connect: 30_000,
  /** Of silence, after which the server is asked whether it is there. */
  silence: 25_000,
  /** For its reply. */
  pong: 10_000,
  /** Of being open, after which the next loss is a first one. */
  steady: 10_000,
  /** A join that was refused for the moment is sent again as after a loss so long ago. */
  refused: 4_000,
  /** Bound of what an option may say: a timer of more than 2 ** 31 ms fires at once. */
  max: 1e9,
} as const;

/** Items in a piece of a sync: a long one comes in many, and no frame is endless. */
export const PAGE = {
  items: 500,
} as const;
