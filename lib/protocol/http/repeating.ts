/** How often and how long the kits repeat a request. */

/** Milliseconds after the first failure, doubled after each further one. */
const BASE_MS = 200;
/** Milliseconds that the doubling ends at. */
const MOST_MS = 10_000;

/** Waiting, and chance to spread it by. */
export interface Pauses {
  /** Waits; ends early where the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A float, 0 inclusive to 1 exclusive. */
  fraction(): number;
}

export interface Repeating {
  readonly pauses: Pauses;
  readonly maxTries: number;
  /** Whether a wait may be begun that ends in so many milliseconds; always unless said otherwise. */
  readonly mayWait?: (ms: number) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export type Tried<Result> =
  | { readonly result: Result }
  /** What to throw unless it is tried again, and how long the server wants to be left alone. */
  | { readonly fault: Error; readonly retryAfterMs?: number | undefined };

/**
 * Tries until there is a result, tries are used up, or it is too late. What `tryOnce` throws ends it at once.
 *
 * @param tryOnce is told which try it is, from 1
 */
export async function repeatedly<Result>(
  { pauses, maxTries, mayWait = () => true, signal }: Repeating,
  tryOnce: (tries: number) => Promise<Tried<Result>>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const tried = await tryOnce(tries);
    if ('result' in tried) return tried.result;
    const wait = waitMs({ failures: tries, retryAfterMs: tried.retryAfterMs }, pauses);
    if (tries >= maxTries || !mayWait(wait)) throw tried.fault;
    await pauses.sleep(wait, signal);
  }
}

/**
 * Milliseconds to wait after the `failures`-th failure: anything from half of the step to the whole of it, so that
 * those who failed together do not come back together; never less than the server asked for.
 */
export function waitMs(
  failure: { readonly failures: number; readonly retryAfterMs?: number | undefined },
  pauses: Pick<Pauses, 'fraction'>,
): number {
  const step = Math.min(MOST_MS, BASE_MS * 2 ** (failure.failures - 1));
  const jittered = step * (0.5 + pauses.fraction() / 2);
  return Math.round(Math.max(jittered, failure.retryAfterMs ?? 0));
}

/** `Retry-After` in either form, in milliseconds from now; undefined where there is none that can be read. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
