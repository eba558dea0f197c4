import { Fault } from './faults.ts';

/** Somebody else wrote between the read and the write of one try. */
export const OVERTAKEN = 'overtaken';

/**
 * Reads an item, changes it, and writes it on condition of the `rev` that was read. It must read anew each time it is
 * called, and change nothing where it is overtaken.
 */
type OneTry<Result> = () => Promise<Result | typeof OVERTAKEN>;

/** Lost races after which the caller is told; each means that somebody else's write succeeded. */
const MAX_TRIES = 5;

/**
 * The read–change–write loop: a change that is overtaken is made again on what stands then.
 *
 * @param what for people: `The endpoint`
 * @throws Fault `contended`, which is retryable, where every try was overtaken
 * @example
 * await changeUnderRev('The endpoint', async () => {
 *   const endpoint = await read();
 *   const next = { ...endpoint, url, rev: endpoint.rev + 1 };
 *   return (await save(next, endpoint.rev)) ? next : OVERTAKEN;
 * });
 */
export async function changeUnderRev<Result>(
  what: string,
  oneTry: OneTry<Result>,
  maxTries = MAX_TRIES,
): Promise<Result> {
  const result = await tryUnderRev(oneTry, maxTries);
  if (result !== OVERTAKEN) return result as Result;
  throw contended(what);
}

/** For a try that must not be made again. */
export function contended(what: string): Fault {
  return new Fault({ code: 'contended', message: `${what} kept changing; try again.`, retryable: true });
}

/** The same for a change that may be dropped: says that every try was overtaken. */
export async function tryUnderRev<Result>(
  oneTry: OneTry<Result>,
  maxTries: number,
): Promise<Result | typeof OVERTAKEN> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const result = await oneTry();
    if (result !== OVERTAKEN) return result;
  }
  return OVERTAKEN;
}
