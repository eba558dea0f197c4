import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { publishedCommand } from '../../support/published/published-command.ts';
import { ROOT } from '../../support/synthesized.ts';

/** `tidings` as a child process, as people and scripts run it: the file of the published package, which starts fastest. */
const command = await publishedCommand();

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  /** No byte can be written to any file, as on a full disk. Pipes are no files. */
  readonly isDiskFull?: boolean;
}

/** `TIDINGS_TEST_NODE` names another Node, such as the oldest that the package supports. */
const NODE = process.env.TIDINGS_TEST_NODE ?? process.execPath;

type Started = Omit<Surroundings, 'input'>;

export function start(words: readonly string[], { env, isDiskFull = false }: Started) {
  const { PATH = '', HOME = '' } = process.env;
  const limited = isDiskFull ? ['bash', '-c', 'ulimit -f 0; exec "$@"', 'bash'] : [];
  const [program = '', ...given] = [...limited, NODE, command, ...words];
  return spawn(program, given, { cwd: ROOT, env: { PATH, HOME, ...env } });
}

export async function run(
  words: readonly string[],
  { input = '', ...started }: Surroundings,
): Promise<Ended> {
  const child = start(words, started);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await ended, stdout, stderr };
}

/** The lines of NDJSON. */
// biome-ignore lint/suspicious/noExplicitAny: answers of the API, of which a test looks at single fields.
export function linesOf(ended: Ended): readonly any[] {
  return ended.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
