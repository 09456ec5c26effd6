import { COMMAND_OPTIONS, OPTIONS, SERVER_OPTIONS } from '../options.js';
import { writeLines } from '../output.js';
import { UsageError } from '../usage-error.js';
import { type Command, expectArguments } from './command.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** Options whose argument is a file. */
const FILES = ['config', 'token-file'];

const flags = (names: readonly string[]): string[] => names.map((name) => `--${name}`);

/** Options of every command. */
const common = (): string[] => {
  const special = new Set<string>([...SERVER_OPTIONS, ...Object.values(COMMAND_OPTIONS).flat()]);
  return Object.keys(OPTIONS).filter((name) => !special.has(name));
};

/**
 * Prints what a shell needs to complete our commands and options: `source <(iii-stream completion bash)`.
 *
 * @param names of the commands
 */
export const completionOf =
  (names: () => readonly string[]): Command =>
  async (args) => {
    expectArguments(args, 1, 1, 'completion bash|zsh|fish');
    const [shell] = args;
    if (shell === 'fish') await writeLines(fish(names()));
    else if (shell === 'bash') await writeLines(bash(names()));
    else if (shell === 'zsh')
      await writeLines(['autoload -Uz bashcompinit && bashcompinit', ...bash(names())]);
    else throw new UsageError(`there is completion for ${SHELLS.join(', ')}`);
    return 0;
  };

function* bash(commands: readonly string[]): Iterable<string> {
  const own = Object.entries(COMMAND_OPTIONS);
  yield '_iii_stream() {';
  yield '  local current=$' +
    '{COMP_WORDS[COMP_CWORD]} before=$' +
    '{COMP_WORDS[COMP_CWORD-1]} command word words';
  yield `  case $before in ${flags(FILES).join('|')}) COMPREPLY=($(compgen -f -- "$current")); return;; esac`;
  yield '  for word in "$' + '{COMP_WORDS[@]:1:COMP_CWORD-1}"; do';
  yield `    case $word in ${commands.join('|')}) command=$word; break;; esac`;
  yield '  done';
  yield `  words='${flags(common()).join(' ')}'`;
  yield '  case $command in';
  yield `    '') words="${[...commands, ...flags(SERVER_OPTIONS)].join(' ')} $words";;`;
  for (const [name, options] of own) yield `    ${name}) words="${flags(options).join(' ')} $words";;`;
  yield `    completion) words='${SHELLS.join(' ')}';;`;
  yield '  esac';
  yield '  COMPREPLY=($(compgen -W "$words" -- "$current"))';
  yield '}';
  yield 'complete -F _iii_stream iii-stream';
}

function* fish(commands: readonly string[]): Iterable<string> {
  const none = '__fish_use_subcommand';
  yield 'complete -c iii-stream -f';
  yield `complete -c iii-stream -n ${none} -a '${commands.join(' ')}'`;
  const line = (condition: string, name: string): string => {
    const file = FILES.includes(name) ? ' -r -F' : '';
    return `complete -c iii-stream${condition} -l ${name}${file}`;
  };
  for (const name of common()) yield line('', name);
  for (const name of SERVER_OPTIONS) yield line(` -n ${none}`, name);
  for (const [command, options] of Object.entries(COMMAND_OPTIONS)) {
    for (const name of options) yield line(` -n '__fish_seen_subcommand_from ${command}'`, name);
  }
  yield `complete -c iii-stream -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'`;
}
