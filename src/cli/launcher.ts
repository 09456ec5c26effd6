/** Milliseconds between two looks. */
const LOOK_MS = 200;

/**
 * Calls `onGone` when the package manager that started this process ends. `npm start` and `npx` run a command by way of
 * a shell, and a signal to them ends the shell alone: the server would go on and keep its ports and its store.
 */
export function watchLauncher(onGone: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env.npm_lifecycle_event === undefined && env.npm_command === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    onGone();
  }, LOOK_MS).unref();
}
