import type { Service } from '../connection/service.ts';
import type { Output } from '../output/output.ts';
import type { Terminal } from '../output/terminal.ts';
import type { ExitStatus } from './exit-status.ts';
import type { Given } from './given.ts';

/** Commands as data: the parser, `--help`, completion and `docs/cli.md` are made from the same list. */

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly isOptional?: boolean;
  /** Takes all that follow. Only for the last one. */
  readonly isList?: boolean;
}

export interface Option {
  /** Without dashes: `from`. */
  readonly name: string;
  /** What the value is, such as `TIME`. Without it, the option is a switch. */
  readonly value?: string;
  readonly summary: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly isList?: boolean;
}

/** Options and arguments that another one makes meaningless. Giving them beside it is wrong usage. */
export interface Conflict {
  /** What would be ignored: options as `--state`, arguments as `record`. */
  readonly ignored: readonly string[];
  /** The option or argument that makes it meaningless. */
  readonly with?: string;
  /** Only if that has one of these values. Default: any. */
  readonly values?: readonly string[];
  /** Only if none of these is given. */
  readonly without?: readonly string[];
  /** What to do: one sentence. */
  readonly hint: string;
}

interface Example {
  readonly line: string;
  readonly what: string;
}

export interface Command {
  /** The words that name it: `['endpoints', 'create']`. */
  readonly words: readonly string[];
  /** One line for lists of commands. */
  readonly summary: string;
  /** More, for `--help`. Plain text, wrapped at 80 columns. */
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly conflicts?: readonly Conflict[];
  /** Real ones: a test reads them with the parser. */
  readonly examples: readonly [Example, Example, ...Example[]];
  /** @returns the exit status; undefined means done */
  readonly run: (given: Given, tools: Tools) => Promise<ExitStatus | undefined>;
}

/** What a command may use of the world. */
export interface Tools {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly output: Output;
  /** Ends when the user presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The service that the command line, the environment, a profile or the local service names. */
  readonly service: () => Promise<Service>;
}

/** What a noun is, for lists of commands. */
export interface Noun {
  readonly word: string;
  readonly summary: string;
}
