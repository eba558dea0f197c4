import { Readable } from 'node:stream';
import { runProgram } from '../../../lib/cli/command-line/run-program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import { SECRET } from './receivers-to-examine.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The checks by code: `{ forgery: 'right' }`. Of several with one code, the worst. */
  readonly checks: Readonly<Record<string, string>>;
  /** Codes of faults. */
  readonly faults: readonly string[];
}

/** Runs a command in this process, with `--json`. @param env instead of one that holds the secret of the receivers */
export async function ran(
  words: readonly string[],
  env: Readonly<Record<string, string>> = { TIDINGS_LISTEN_SECRET: SECRET },
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const status = await runProgram(commandTree('1.2.3'), {
    argv: [...words, '--json'],
    env,
    streams: { stdin: Readable.from([]), stdout: stream('stdout'), stderr: stream('stderr') },
    signal: new AbortController().signal,
  });
  const events = written.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const checks: Record<string, string> = {};
  for (const { event, code, state } of events) {
    if (event === 'check' && checks[code] !== 'wrong') checks[code] = state;
  }
  const faults = Object.keys(checks).filter((code) => checks[code] === 'wrong');
  return { status, ...written, checks, faults };
}
