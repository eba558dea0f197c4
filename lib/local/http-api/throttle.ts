export interface ThrottleSetting {
  /** Requests that may come at once. */
  readonly burst: number;
  /** Requests per second that are let in on average. */
  readonly rate: number;
}

/** A token bucket, as API Gateway throttles. @returns a function that says whether a request may pass. */
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
