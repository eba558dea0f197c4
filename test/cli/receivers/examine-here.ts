import { type RanHere, runHere } from '../../support/running/run-here.ts';
import { SECRET } from './receivers-to-examine.ts';

export interface Ran extends RanHere {
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
  const ended = await runHere([...words, '--json'], { env });
  const events = ended.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const checks: Record<string, string> = {};
  for (const { event, code, state } of events) {
    if (event === 'check' && checks[code] !== 'wrong') checks[code] = state;
  }
  const faults = Object.keys(checks).filter((code) => checks[code] === 'wrong');
  return { ...ended, checks, faults };
}
