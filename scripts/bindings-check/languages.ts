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

/** Build results of Rust, outside of the repository and kept: only what changed is compiled again. */
const TARGET = path.join(os.tmpdir(), `iii-stream-bindings-${os.userInfo().uid}`);

/** @param root the repository, or a copy of its `generated/`, `scripts/` and `spec/`. */
export function languages(root: string): readonly Language[] {
  const bindings = path.join(root, 'generated/bindings');
  const check = path.join(root, 'scripts/bindings-check');
  const vectors = path.join(root, 'spec/vectors/messages.json');
  const go = { GOWORK: 'off', GOFLAGS: '-mod=readonly' };
  const python = { PYTHONPATH: path.join(bindings, 'python'), PYTHONDONTWRITEBYTECODE: '1' };
  const command = (program: string, args: string, cwd: string, env = {}): Command => ({
    program,
    args: args.split(' '),
    cwd,
    env,
  });
  return [
    {
      name: 'Python',
      version: command('python3', '--version', root),
      checks: [],
      run: command('python3', `runner.py ${vectors}`, path.join(check, 'python'), python),
    },
    {
      name: 'Go',
      version: command('go', 'version', root),
      checks: [
        command('gofmt', '-l .', path.join(bindings, 'go')),
        command('go', 'vet ./...', path.join(bindings, 'go'), go),
      ],
      run: command('go', `run . ${vectors}`, path.join(check, 'go'), go),
    },
    {
      name: 'Rust',
      version: command('cargo', '--version', root),
      checks: [],
      run: {
        ...command('cargo', 'run --quiet --locked', path.join(check, 'rust'), { RUSTFLAGS: '-D warnings' }),
        args: ['run', '--quiet', '--locked', '--target-dir', TARGET, '--', vectors],
      },
    },
  ];
}
