import {
  CommanderError,
  InvalidArgumentError,
  Argument as ParsedArgument,
  Option as ParsedOption,
  Command as Parser,
} from 'commander';
import type { Argument, Command, Noun, Option } from './command.ts';
import { COMMON_CONFLICTS, refuseConflicts, type WhatWasGiven } from './conflicts.ts';
import { usageFailure } from './exit-status.ts';
import type { Typed } from './given.ts';
import { sentence } from './sentence.ts';

/** What the user asked for: a command with what was typed, or a text to show. */
export type Request =
  | { readonly kind: 'command'; readonly command: Command; readonly typed: Typed }
  | { readonly kind: 'text'; readonly text: string };

export interface CommandTree {
  readonly nouns: readonly Noun[];
  readonly commands: readonly Command[];
  readonly version: string;
}

/** Options of every command. */
export const COMMON_OPTIONS: readonly Option[] = [
  { name: 'json', summary: 'JSON for programs: one line for each element of a list' },
  { name: 'profile', value: 'NAME', summary: 'the service to use, as named by tidings init' },
  { name: 'api', value: 'URL', summary: 'address of the API, instead of TIDINGS_API or the profile' },
  {
    name: 'data-dir',
    value: 'DIR',
    summary: 'data directory of the service on this machine',
    default: '.tidings',
  },
  { name: 'allow-http', summary: 'send the key unencrypted to another machine' },
  { name: 'quiet', summary: 'no remarks and no progress on stderr' },
  { name: 'no-color', summary: 'no colours; NO_COLOR=1 does the same' },
];

const INTRODUCTION = `Records how transactions ended, watches that receivers are told, and proves that nothing was missed.
Without any setting, it uses the service that npm start runs on this machine.`;

const FOOTER = `
Environment: TIDINGS_API, TIDINGS_KEY, TIDINGS_SECRET, TIDINGS_PROFILE, NO_COLOR
Status: 0 done, 1 differs or failed, 2 wrong usage, 3 not reachable, 4 refused`;

/** Help fits terminals of 80 columns, unless they say that they are wider or narrower. */
const HELP_WIDTH = 80;

/**
 * Reads a command line.
 *
 * @throws CommandFailure with a suggestion if a word or an option is wrong
 */
export function readCommandLine(tree: CommandTree, argv: readonly string[]): Request {
  const shown: string[] = [];
  let request: Request | undefined;
  let failedAt = 'tidings';
  const root = parserOf(tree, {
    show: (text) => void shown.push(text),
    choose: (command, typed) => {
      request = { kind: 'command', command, typed };
    },
    fail: (words) => {
      failedAt = words;
    },
  });
  try {
    root.parse([...parsedLine(tree, argv)], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageOf(error, shown, `${failedAt} --help shows more.`);
  }
  return request ?? { kind: 'text', text: shown.join('') };
}

/**
 * The line that the parser gets. `help endpoints create` is the help of that command, and not of the noun. Words that name no
 * command go without `--help`: the parser then says that they are unknown, where it would show some other help.
 */
function parsedLine({ commands }: CommandTree, argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  const line = first === 'help' ? [...commonLast(rest), '--help'] : commonLast(argv);
  const end = line.findIndex((word) => word.startsWith('-'));
  const words = end < 0 ? line : line.slice(0, end);
  const isNamed = commands.some((command) =>
    words.every((word, at) => at >= command.words.length || command.words[at] === word),
  );
  return line.includes('--help') && !isNamed ? words : line;
}

/** Options of every command may also stand before it, as `tidings --profile live status`. */
function commonLast(argv: readonly string[]): readonly string[] {
  let end = 0;
  for (let next = argv[end]; next !== undefined; next = argv[end]) {
    const [name] = next.split('=');
    const option = COMMON_OPTIONS.find((common) => `--${common.name}` === name);
    if (option === undefined) break;
    end += option.value === undefined || next !== name ? 1 : 2;
  }
  return [...argv.slice(end), ...argv.slice(0, end)];
}

interface Reactions {
  readonly show: (text: string) => void;
  readonly choose: (command: Command, typed: Typed) => void;
  /** The words whose parser found the fault: `tidings endpoints create`. */
  readonly fail: (words: string) => void;
}

function parserOf({ nouns, commands, version }: CommandTree, reactions: Reactions): Parser {
  const root = prepared(new Parser('tidings'), reactions)
    .description(INTRODUCTION)
    .usage('<command> [options]')
    // So that `--version` after a command is an option of the command.
    .enablePositionalOptions()
    .version(version, '-V, --version', 'show the version')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', FOOTER);
  const groups = new Map<string, Parser>();
  for (const { word, summary } of nouns) {
    const group = prepared(new Parser(word), reactions).summary(summary).description(summary);
    groups.set(word, group.usage('<command> [options]').helpCommand(false));
  }
  for (const command of commands) {
    const [first = '', second] = command.words;
    const parser = commandParser(command, reactions);
    const group = groups.get(first);
    if (second === undefined || group === undefined) root.addCommand(parser);
    else {
      group.addCommand(parser);
      if (!root.commands.includes(group)) root.addCommand(group);
    }
  }
  return root;
}

function prepared(parser: Parser, { show, fail }: Reactions): Parser {
  return parser
    .exitOverride((error) => {
      fail(fullNameOf(parser));
      throw error;
    })
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: show,
      writeErr: show,
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
    });
}

function fullNameOf(parser: Parser): string {
  return parser.parent === null ? parser.name() : `${fullNameOf(parser.parent)} ${parser.name()}`;
}

function commandParser(command: Command, reactions: Reactions): Parser {
  const { words, summary, details, examples, run: _, conflicts = [], ...parts } = command;
  const parser = prepared(new Parser(words.at(-1)), reactions)
    .summary(summary)
    .description(details === undefined ? sentence(summary) : `${sentence(summary)}\n\n${details}`);
  for (const argument of parts.arguments ?? []) parser.addArgument(argumentOf(argument));
  const own = parts.options ?? [];
  for (const option of own) parser.addOption(optionOf(option));
  for (const option of COMMON_OPTIONS) parser.addOption(optionOf(option).helpGroup('For every command:'));
  parser.addHelpText('after', ['', 'Examples:', ...examples.flatMap(exampleLines)].join('\n'));
  parser.action(() => {
    const typed = {
      arguments: Object.fromEntries(
        (parts.arguments ?? []).map(({ name }, at) => [name, parser.processedArgs[at]]),
      ),
      options: Object.fromEntries(
        [...own, ...COMMON_OPTIONS].map(({ name }) => [name, typedValue(parser, name)]),
      ),
    };
    refuseConflicts([...conflicts, ...COMMON_CONFLICTS], whatWasGiven(parser, typed));
    reactions.choose(command, typed);
  });
  return parser;
}

function whatWasGiven(parser: Parser, { arguments: typed, options }: Typed): WhatWasGiven {
  return {
    has: (name) =>
      name.startsWith('--')
        ? parser.getOptionValueSource(keyOf(name.slice('--'.length))) === 'cli'
        : typed[name] !== undefined && typed[name].length > 0,
    valueOf: (name) => (name.startsWith('--') ? options[name.slice('--'.length)] : typed[name]),
  };
}

/** The parser turns `--no-color` into `color: false`. */
function typedValue(parser: Parser, name: string): Typed['options'][string] {
  const value = parser.opts<Record<string, Typed['options'][string]>>()[keyOf(name)];
  return name.startsWith('no-') ? value === false : value;
}

/** The parser's own name of an option. */
function keyOf(name: string): string {
  return camelCase(name.replace(/^no-/, ''));
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function argumentOf({ name, summary, isOptional, isList, choices }: Argument): ParsedArgument {
  const word = isList === true ? `${name}...` : name;
  const argument = new ParsedArgument(isOptional === true ? `[${word}]` : `<${word}>`, summary);
  return choices === undefined ? argument : argument.choices(choices);
}

function optionOf({ name, value, summary, default: preset, choices, isList }: Option): ParsedOption {
  const option = new ParsedOption(value === undefined ? `--${name}` : `--${name} <${value}>`, summary);
  if (preset !== undefined) option.default(preset);
  if (choices !== undefined) option.choices(choices);
  if (isList === true) option.argParser(collector(choices));
  return option;
}

/** Collects the values of a repeatable option, each of them one of its choices. */
function collector(
  choices: readonly string[] | undefined,
): (one: string, all?: readonly string[]) => readonly string[] {
  return (one, all = []) => {
    if (choices?.includes(one) === false) {
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    }
    return [...all, one];
  };
}

function exampleLines({ line, what }: Command['examples'][number]): readonly string[] {
  return [`  ${line}`, `      ${what}`];
}

/** The parser's own message, as one of ours: `error: unknown option '--form'\n(Did you mean --from?)`. */
function usageOf(error: CommanderError, shown: readonly string[], help: string): Error {
  const lines = (error.code === 'commander.help' ? shown.join('') : error.message).trim().split('\n');
  const [first = '', ...rest] = lines;
  const plain = first.replace(/^error: /, '');
  const message = `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
  const suggestion = rest.join(' ').replace(/^\(|\)$/g, '');
  if (error.code === 'commander.help') return usageFailure(lines.join('\n'));
  return usageFailure(
    /[.!?]$/.test(message) ? message : `${message}.`,
    suggestion === '' ? help : suggestion,
  );
}
