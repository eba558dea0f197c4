import { Readable } from 'node:stream';
import { runProgram, type World } from '../../../lib/cli/command-line/run-program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';

export interface RanHere {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Here extends Pick<World, 'fetch' | 'now'> {
  /** Nothing of this process's own environment is seen. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Runs `tidings` in this process, without a terminal: all of it except for the process, in a tenth of the time. */
export async function runHere(
  words: readonly string[],
  { env, input = '', signal, ...here }: Here,
): Promise<RanHere> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const status = await runProgram(commandTree('1.2.3'), {
    argv: words,
    env,
    streams: {
      stdin: Readable.from(input === '' ? [] : [input]),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
    },
    signal: signal ?? new AbortController().signal,
    ...here,
  });
  return { status, ...written };
}
