import type { Command, Noun, Option } from './command.ts';
import { usageFailure } from './exit-status.ts';
import { COMMON_OPTIONS } from './program.ts';

/** Scripts that complete words and options in a shell. They are made from the list of commands and call nothing. */

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** The words that may follow some words: `''` → nouns and commands, `endpoints` → its verbs, a command → its options. */
type Followers = ReadonlyMap<string, readonly string[]>;

/** The command that prints them. @param all all commands, the list's own `completion` included */
export function completionCommand(nouns: readonly Noun[], all: () => readonly Command[]): Command {
  return {
    words: ['completion'],
    summary: 'Print the completion script of a shell',
    arguments: [{ name: 'shell', summary: 'which shell', choices: SHELLS }],
    examples: [
      {
        line: 'eval "$(tidings completion bash)"',
        what: 'For this shell. Put the line into ~/.bashrc to keep it.',
      },
      {
        line: 'tidings completion fish > ~/.config/fish/completions/tidings.fish',
        what: 'For fish. For zsh: a file _tidings on the fpath.',
      },
    ],
    async run(given, { terminal }) {
      const shell = shellOf(given.argument('shell'));
      terminal.stdout.write(SCRIPTS[shell](followersOf(nouns, all())));
      return undefined;
    },
  };
}

function shellOf(text: string): Shell {
  const shell = SHELLS.find((one) => one === text);
  if (shell !== undefined) return shell;
  throw usageFailure(`There is no completion for ${text}.`, `Shells: ${SHELLS.join(', ')}.`);
}

function followersOf(nouns: readonly Noun[], commands: readonly Command[]): Followers {
  const followers = new Map<string, string[]>();
  const add = (before: string, word: string) => {
    const words = followers.get(before) ?? [];
    if (!words.includes(word)) followers.set(before, [...words, word]);
  };
  for (const { words, options = [] } of commands) {
    words.forEach((word, at) => {
      add(words.slice(0, at).join(' '), word);
    });
    for (const option of [...options, ...COMMON_OPTIONS]) add(words.join(' '), nameOf(option));
  }
  for (const { word } of nouns) if (!followers.has(word)) followers.set(word, []);
  return followers;
}

function nameOf({ name }: Option): string {
  return `--${name}`;
}

const SCRIPTS: Readonly<Record<Shell, (followers: Followers) => string>> = {
  bash: (followers) => `# tidings completion for bash
_tidings() {
  local before="" word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in -*) ;; *) before="\${before:+$before }$word" ;; esac
  done
  while :; do
    case "$before" in
${casesOf(followers, (words) => `COMPREPLY=($(compgen -W "${words}" -- "\${COMP_WORDS[COMP_CWORD]}")); return`)}
    esac
    # Arguments of a command are no words of it.
    case "$before" in *" "*) before="\${before% *}" ;; *) return ;; esac
  done
}
complete -o default -F _tidings tidings
`,
  zsh: (followers) => `#compdef tidings
_tidings() {
  local before="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) ;; *) before="\${before:+$before }$word" ;; esac
  done
  while :; do
    case "$before" in
${casesOf(followers, (words) => `compadd -- ${words}; return`)}
    esac
    case "$before" in *" "*) before="\${before% *}" ;; *) _files; return ;; esac
  done
}
if [ "$funcstack[1]" = "_tidings" ]; then _tidings; else compdef _tidings tidings; fi
`,
  fish: (followers) => {
    const lines = [...followers].flatMap(([before, words]) =>
      words.map((word) => {
        const condition = `__tidings_after '${before}'`;
        return word.startsWith('--')
          ? `complete -c tidings -n "${condition}" -l ${word.slice(2)}`
          : `complete -c tidings -f -n "${condition}" -a ${word}`;
      }),
    );
    return `# tidings completion for fish
function __tidings_after
  set -l before (string match -v -- '-*' (commandline -opc)[2..])
  if test -z "$argv[1]"
    test -z "$before"
  else
    string match -q -- "$argv[1]*" "$before"
  end
end
${lines.join('\n')}
`;
  },
};

function casesOf(followers: Followers, then: (words: string) => string): string {
  return [...followers].map(([before, words]) => `      "${before}") ${then(words.join(' '))} ;;`).join('\n');
}
