import type { Argument, Command, Option } from './command.ts';
import { COMMON_OPTIONS, type CommandTree } from './program.ts';
import { sentence } from './sentence.ts';

/** The page `docs/cli.md`, made from the list of commands. */

const HEAD = `# The command line

\`tidings\` records outcomes, watches deliveries, compares ledgers and plays a receiver. In this repository, it is
\`npm run tidings -- <command>\`. This page is made from the commands themselves: \`npm run docs:cli\`.

![tidings listen forwards outcomes to a receiver; stopped and started again, it goes on where it was](images/listen.svg)

Without any setting, a command uses the service that \`npm start\` runs on this machine. Otherwise, in this order: \`--api\`
and \`TIDINGS_API\` with \`TIDINGS_KEY\`; then \`--profile\`, \`TIDINGS_PROFILE\`, or the profile that \`tidings init\` made last.
A profile that \`--profile\` names is used as it is, also where the environment names another service. A profile's key goes
to no other address than the profile's own, and \`TIDINGS_KEY\` to no other one than \`TIDINGS_API\`, if that is set. A key goes
unencrypted, by http, only to this machine, or where \`--allow-http\` was given, now or when the profile was made.

Data goes to stdout, and everything else to stderr. With \`--json\`, data is JSON: one line for each element of a list, and a
failure is one line \`{"error": {"code", "message", "hint", "status"}}\` on stderr. For people, a refusal of the service ends
with its code in brackets: [errors](errors.md) says what to do about each.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | the command ran, and what it compared, checked or waited for is not as it should be |
| 2 | the command line, a file or a setting is wrong, and nothing was sent; or the output cannot be written |
| 3 | the service could not be reached, or could not answer; the command may be repeated |
| 4 | the service refused the request, and will refuse it again |
| 130 | ended by Ctrl-C |
`;

export function referencePage({ nouns, commands }: Omit<CommandTree, 'version'>): string {
  const summaries = new Map(nouns.map(({ word, summary }) => [word, summary]));
  const parts = commands.map((command) => {
    const [first = ''] = command.words;
    const summary = command.words.length > 1 ? summaries.get(first) : undefined;
    // The summary of a noun stands before its first command.
    summaries.delete(first);
    return `${summary === undefined ? '' : `## ${first}\n\n${sentence(summary)}\n\n`}${commandPart(command)}`;
  });
  return `${HEAD}\n${optionTable('Options of every command', COMMON_OPTIONS)}\n${parts.join('\n')}`;
}

function commandPart(command: Command): string {
  const { words, summary, details, options = [], examples } = command;
  const given = command.arguments ?? [];
  const heading = words.length > 1 ? '###' : '##';
  const usage = [
    'tidings',
    ...words,
    ...given.map(argumentForm),
    ...(options.length > 0 ? ['[options]'] : []),
  ];
  const lines = examples.flatMap(({ line, what }) => [`# ${what}`, line]);
  return [
    `${heading} tidings ${words.join(' ')}`,
    '',
    `${sentence(summary)}${details === undefined ? '' : `\n\n${details}`}`,
    '',
    `    ${usage.join(' ')}`,
    '',
    ...(given.length > 0 ? [table('argument', given.map(argumentRow))] : []),
    ...(options.length > 0 ? [table('option', options.map(optionRow))] : []),
    '```sh',
    ...lines,
    '```',
    '',
  ].join('\n');
}

function optionTable(title: string, options: readonly Option[]): string {
  return `**${title}**\n\n${table('option', options.map(optionRow))}`;
}

type Row = readonly [form: string, meaning: string];

function table(title: string, rows: readonly Row[]): string {
  const lines = rows.map(([form, meaning]) => `| \`${form}\` | ${meaning.replaceAll('|', '\\|')} |`);
  return [`| ${title} | |`, '|---|---|', ...lines, ''].join('\n');
}

function argumentForm({ name, isOptional, isList }: Argument): string {
  const word = isList === true ? `${name}...` : name;
  return isOptional === true ? `[${word}]` : `<${word}>`;
}

function argumentRow(argument: Argument): Row {
  return [argumentForm(argument), withChoices(argument).join('; ')];
}

function optionRow(option: Option): Row {
  const { name, value, default: preset } = option;
  const parts = [...withChoices(option), ...(preset === undefined ? [] : [`default: ${preset}`])];
  return [`--${name}${value === undefined ? '' : ` ${value}`}`, parts.join('; ')];
}

function withChoices({ summary, choices }: Pick<Argument, 'summary' | 'choices'>): readonly string[] {
  return choices === undefined ? [summary] : [summary, `one of ${choices.join(', ')}`];
}
