import { endWithNpm } from '../end-with-npm.ts';
import { printable } from '../printable.ts';
import { EXIT } from './command-line/exit-status.ts';
import { runProgram } from './command-line/run-program.ts';
import { commandTree } from './command-tree.ts';
import { giveWidth } from './output/terminal.ts';

/** The process: streams, Ctrl-C, and failures that no command expects. @param version of the package */
export async function main(version: string): Promise<void> {
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) giveWidth(stream);
  const stop = new AbortController();
  // Once: a second Ctrl-C ends the process at once.
  process.once('SIGINT', () => stop.abort(new Error('Ended by Ctrl-C.')));
  process.once('SIGTERM', () => stop.abort(new Error('Ended by SIGTERM.')));
  endWithNpm('tidings', () => stop.abort(new Error('Ended with npm.')));
  stdout.on('error', outputFailed);
  stderr.on('error', () => undefined);
  process.once('uncaughtException', (error) => {
    reportBug(error);
    process.exit(EXIT.usage);
  });
  process.exitCode = await runProgram(commandTree(version), {
    argv: process.argv.slice(2),
    env: process.env,
    streams: { stdin, stdout, stderr },
    signal: stop.signal,
  });
}

/**
 * The reader of a pipe may leave, as `head` does: that is no failure. A full disk is one. No fault may exit with 1, which
 * means that a ledger differs.
 */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`The output cannot be written: ${printable(error.message)}\n`);
  process.exit(EXIT.usage);
}

function reportBug(error: Error): void {
  process.stderr.write(
    `${printable(error.message)}\nThis is a bug in tidings. Details: ${printable(error.stack ?? '')}\n`,
  );
}
