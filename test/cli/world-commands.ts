import { useDemoWorld } from '../support/demo-world.ts';
import { fetchOf } from '../support/kit.ts';
import { type RanHere, runHere } from '../support/running/run-here.ts';

interface Asking {
  /** Default: the admin's. */
  readonly key?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `tidings` with a service in this process and its merchant `demo`, both new for each test. */
export function useCommands() {
  const setup = useDemoWorld();
  const run = (
    words: readonly string[],
    { key = setup.world.admin, input = '', env = {} }: Asking = {},
  ): Promise<RanHere> =>
    runHere(words, {
      env: { TIDINGS_API: 'https://tidings.example', TIDINGS_KEY: key, ...env },
      input,
      fetch: fetchOf(setup.world),
      now: () => setup.world.time.nowMs,
    });
  /** The answer, as a program gets it. */
  const json = async (words: readonly string[], asking?: Asking) =>
    JSON.parse((await run([...words, '--json'], asking)).stdout);
  return Object.assign(setup, { run, json });
}
