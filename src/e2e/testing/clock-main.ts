// The real server under a wall clock that is `CLOCK_OFFSET_MS` beside the machine's.
const offset = Number(process.env.CLOCK_OFFSET_MS ?? 0);
const now = Date.now;
Date.now = () => now() + offset;
await import('../../cli/main.js');
