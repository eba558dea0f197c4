import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROBE = fileURLToPath(new URL('./init-probe.mjs', import.meta.url));
const run = promisify(execFile);

/** Milliseconds that a new Node process takes to load a bundle, after Node itself has started. */
export async function initMs(bundle: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await run(process.execPath, [PROBE, bundle], {
    env: {
      PATH: process.env.PATH ?? '',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...environment,
    },
  });
  // A function with log sampling prints a line first. The time is the last line.
  const ms = Number(stdout.split('\n').at(-1));
  if (!(ms > 0)) throw new Error(`${bundle} was not loaded: ${stdout}`);
  return ms;
}
