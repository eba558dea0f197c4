import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROBE = fileURLToPath(new URL('./init-probe.mjs', import.meta.url));
const run = promisify(execFile);

/** What loading a bundle takes. */
export interface InitTime {
  /** Of all threads of the process: V8 compiles and collects garbage beside the main one. */
  readonly cpuMs: number;
  readonly ms: number;
}

/** What a new Node process takes to load a bundle, after Node itself has started. */
export async function initTime(
  bundle: string,
  environment: Readonly<Record<string, string>>,
): Promise<InitTime> {
  const { stdout } = await run(process.execPath, [PROBE, bundle], {
    env: {
      PATH: process.env.PATH ?? '',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...environment,
    },
  });
  // A function with log sampling prints a line first. The times are the last line.
  return JSON.parse(stdout.split('\n').at(-1) ?? '') as InitTime;
}
