/** The kits' retries: number of tries, backoff and jitter. */

/** Backoff after the first failure in milliseconds, doubled after each further one. */
const BASE_MS = 200;
/** Maximum backoff in milliseconds. */
const MAX_BACKOFF_MS = 10_000;

/** Waiting, and randomness for jitter. */
export interface Pauses {
  /** Waits; ends early if the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A float, 0 inclusive to 1 exclusive. */
  fraction(): number;
}

export interface Repeating {
  readonly pauses: Pauses;
  readonly maxTries: number;
  /** Whether a wait of `ms` milliseconds may start; default: always. */
  readonly mayWait?: (ms: number) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export type Tried<Result> =
  | { readonly result: Result }
  /** The fault to throw if there are no more tries, and the server's `Retry-After`. */
  | { readonly fault: Error; readonly retryAfterMs?: number | undefined };

/**
 * Tries until there is a result, tries are used up or `mayWait` refuses. An error thrown by `tryOnce` ends it at once.
 *
 * @param tryOnce gets the number of the try, from 1
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
 * Milliseconds to wait after the `failures`-th failure: a random time between half of the backoff and all of it (jitter),
 * so that clients that failed together do not retry together. Never less than the server's `Retry-After`.
 */
export function waitMs(
  failure: { readonly failures: number; readonly retryAfterMs?: number | undefined },
  pauses: Pick<Pauses, 'fraction'>,
): number {
  const step = Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** (failure.failures - 1));
  const jittered = step * (0.5 + pauses.fraction() / 2);
  return Math.round(Math.max(jittered, failure.retryAfterMs ?? 0));
}

/** Parses both forms of `Retry-After` to milliseconds from now; undefined if it is missing or invalid. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
