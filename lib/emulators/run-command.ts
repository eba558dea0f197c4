import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface CommandResult {
  /** The exit status; undefined if the program could not be started. */
  readonly status: number | undefined;
  /** The last lines of both outputs. */
  readonly lines: readonly string[];
}

/** Lines kept for an error message. */
const MAX_LINES = 200;

/** Runs a program to its end. Never throws: a missing program has no status, and its reason is the last line. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    const add = (line: string) => {
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
    };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) linesOf(stream, add);
    child.once('error', (error) => resolve({ status: undefined, lines: [...lines, error.message] }));
    child.once('close', (status) => resolve({ status: status ?? 1, lines }));
  });
}

function linesOf(stream: NodeJS.ReadableStream, add: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) add(part.trimEnd());
  });
  stream.on('end', () => {
    if (rest !== '') add(rest);
  });
}
