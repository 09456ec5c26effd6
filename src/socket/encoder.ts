import type { Encoder } from '../delivery/port.js';
import { encodeTextFrames } from '../net/frames.js';

/** The encoding of WebSocket outlets: one text frame per message. */
export const encodeMessages: Encoder = (messages) => encodeTextFrames(messages.map(({ text }) => text));
