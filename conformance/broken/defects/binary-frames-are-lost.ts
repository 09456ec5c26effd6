import type { Defect } from '../defect.js';

/** What comes in a binary frame is not read. */
export const defect: Defect = {
  id: 'binary-frames-are-lost',
  among: ['socket/*'],
  breaks: ['socket/a-join-in-a-binary-frame-is-a-join'],
  damage: () => ({ socket: () => ({ losesBinary: true }) }),
};
