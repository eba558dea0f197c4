/** Throttling limits of a stage. */
export interface ThrottleSetting {
  /** Maximum requests at once. */
  readonly burst: number;
  /** Average requests per second. */
  readonly rate: number;
}

/**
 * Creates a token bucket, as API Gateway throttles.
 * @returns a function that reports whether a request may pass
 */
export function createThrottle(
  { burst, rate }: ThrottleSetting,
  now: () => number = Date.now,
): () => boolean {
  let tokens = burst;
  let filledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
