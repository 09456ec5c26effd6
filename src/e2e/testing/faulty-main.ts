import { monitorEventLoopDelay } from 'node:perf_hooks';
import { nodeFs } from '../../store/log/fs.js';
import { faultyFs } from './faulty-fs.js';

// The real server over a file system that misbehaves: every call of the log goes through `nodeFs`.
const { FAULT_FILE, SKIP_SYNC, LOSSY, EVENT_LOOP } = process.env;
Object.assign(
  nodeFs,
  faultyFs(
    { ...nodeFs },
    {
      ...(FAULT_FILE === undefined ? {} : { faultFile: FAULT_FILE }),
      skipSync: SKIP_SYNC === '1',
      lossy: LOSSY === '1',
    },
  ),
);
await import('../../cli/main.js');
if (EVENT_LOOP === '1') {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  // After the start, whose own pauses hold nobody up.
  setTimeout(() => delay.enable(), 1000).unref();
  process.on('exit', () => process.stderr.write(`longest pause ${Math.round(delay.max / 1e6)} ms\n`));
}
