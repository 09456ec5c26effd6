import os from 'node:os';
import path from 'node:path';

/** One program to run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Language {
  readonly name: string;
  /** Says the version of the program that the others need. */
  readonly version: Command;
  /** Checks that print nothing when all is well. */
  readonly checks: readonly Command[];
  /** Prints an outcome a line. */
  readonly run: Command;
}

/** Build results of Rust, outside of the repository and kept, as Go keeps its own: only what changed is compiled again. */
const TARGET = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'iii-stream-bindings',
);

/** @param root the repository, or a copy of its `generated/`, `scripts/` and `spec/`. */
export function languages(root: string): readonly Language[] {
  const bindings = path.join(root, 'generated/bindings');
  const check = path.join(root, 'scripts/bindings-check');
  const vectors = path.join(root, 'spec/vectors/messages.json');
  const command = (program: string, args: readonly string[], cwd = root, env = {}): Command => ({
    program,
    args,
    cwd,
    env,
  });
  const python = (...args: readonly string[]): Command =>
    command('python3', args, path.join(check, 'python'), {
      PYTHONPATH: path.join(bindings, 'python'),
      PYTHONDONTWRITEBYTECODE: '1',
    });
  const go = (folder: string, ...args: readonly string[]): Command =>
    command('go', args, folder, { GOWORK: 'off', GOFLAGS: '-mod=readonly' });
  const cargo = (...args: readonly string[]): Command =>
    command(
      'cargo',
      ['run', '--quiet', '--locked', '--target-dir', TARGET, ...args],
      path.join(check, 'rust'),
      {
        RUSTFLAGS: '-D warnings',
      },
    );
  return [
    {
      name: 'Python',
      version: command('python3', ['--version']),
      checks: [python('example.py')],
      run: python('runner.py', vectors),
    },
    {
      name: 'Go',
      version: command('go', ['version']),
      checks: [
        command('gofmt', ['-l', '.'], path.join(bindings, 'go')),
        go(path.join(bindings, 'go'), 'vet', './...'),
        go(path.join(check, 'go'), 'run', './example'),
      ],
      run: go(path.join(check, 'go'), 'run', '.', vectors),
    },
    {
      name: 'Rust',
      version: command('cargo', ['--version']),
      checks: [cargo('--example', 'example')],
      run: cargo('--bin', 'bindings-check', '--', vectors),
    },
  ];
}
