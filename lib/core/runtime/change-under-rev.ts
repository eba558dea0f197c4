import { Fault } from '../faults.ts';

/** Another writer changed the item between the read and the write of one try. */
export const OVERTAKEN = 'overtaken';

/**
 * Reads an item, changes it, and writes it on the condition that `rev` is still the one that was read. Each call must
 * read again. A call that is overtaken must change nothing.
 */
type OneTry<Result> = () => Promise<Result | typeof OVERTAKEN>;

/** Lost races before the caller gets `contended`. Each one means that another write succeeded. */
const MAX_TRIES = 5;

/**
 * Optimistic concurrency: the read–change–write loop. A change that is overtaken is applied again to the new state.
 *
 * @param what the subject of the error message: `The endpoint`
 * @throws Fault `contended` (retryable) if every try was overtaken
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
  throw new Fault({
    code: 'contended',
    message: `${what} was changed by others in every try. Try again.`,
    retryable: true,
  });
}

/** Like {@link changeUnderRev}, for a change that may be dropped: returns `overtaken` if every try was overtaken. */
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
