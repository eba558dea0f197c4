import { printableLines } from '../../lib/printable.ts';

/** The options of a command. Ends the process with status 2, and the sentence of the error, if they are wrong. */
export function optionsOrExit<T>(command: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${optionsProblem(error)}\n${command} -- --help shows all options.\n`);
    process.exit(2);
  }
}

/**
 * What is wrong with the options. Node's parser may say it in several lines, and adds advice about positional arguments,
 * which no command needs.
 */
export function optionsProblem(error: unknown): string {
  const [message = ''] = (error as Error).message.split('. To specify a positional');
  return printableLines(message);
}

/** @throws Error that names the option, if the text is no port; 0 stands for a free one */
export function portOf(option: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--${option} needs a number from 0 to 65535, not ${text}.`);
}

export interface WholeRange {
  readonly min: number;
  readonly max: number;
}

/** @throws Error that names the option, if the text is no whole number of the range */
export function wholeOf(option: string, text: string, { min, max }: WholeRange): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new Error(`--${option} needs a number from ${min} to ${max}, not ${text}.`);
}
