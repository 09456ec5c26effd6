import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./engine-main.ts', import.meta.url));

/** An engine that runs until it is killed. */
export interface RunningEngine extends AsyncDisposable {
  readonly url: string;
  kill(): Promise<void>;
}

/** Starts an engine process. @param port 0 = any free port */
export async function startEngine(port = 0): Promise<RunningEngine> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('the engine ended before it listened'))),
  ])) as [Buffer];
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { url: String(line).trim(), kill, [Symbol.asyncDispose]: kill };
}
