import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { madeOnce } from '../../support/made-once.ts';
import { ROOT } from '../../support/synthesized.ts';

/**
 * `tidings` as a child process, as people and scripts run it: as one file, as it is published. Its start costs a fifth of that
 * of the sources.
 */
const PROGRAM = join(
  await madeOnce({
    name: 'command-line',
    inputs: ['bin/tidings.ts', 'lib', 'package.json'].map((input) => join(ROOT, input)),
    make: async (directory) => {
      copyFileSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
      await build({
        entryPoints: [join(ROOT, 'bin/tidings.ts')],
        outfile: join(directory, 'cli/tidings.js'),
        format: 'esm',
        bundle: true,
        banner: {
          js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
        },
        platform: 'node',
        target: 'node22',
        logLevel: 'warning',
      });
    },
  }),
  'cli/tidings.js',
);

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function start(words: readonly string[], { env }: Pick<Surroundings, 'env'>) {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [PROGRAM, ...words], { cwd: ROOT, env: { PATH, HOME, ...env } });
}

export async function run(words: readonly string[], { env, input = '' }: Surroundings): Promise<Ended> {
  const child = start(words, { env });
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
