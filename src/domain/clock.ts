/** The wall clock, in ms since the Unix epoch. Given to the stores, which stamp changes with it, so that tests can stop it or turn it back. */
export type Now = () => number;

/**
 * The next timestamp of a group: the clock's, unless the group is already there or ahead.
 * Strictly increasing, because deployed clients drop a message that is not newer than the last.
 *
 * @param last ms, the last timestamp handed out for the group (0 = none)
 */
export const nextTimestamp = (now: number, last: number): number => (now > last ? now : last + 1);
