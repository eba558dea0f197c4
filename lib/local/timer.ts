/** Longest single timer in milliseconds, well below the limit of 2^31. */
const MAX_STEP_MS = 60_000;

/** A timer for one time of the clock, however far away. */
export interface Timer {
  stop(): void;
}

/** Calls `action` once, when the clock shows `atMs` (milliseconds since 1970) or later; never before it returns. */
export function startTimer(atMs: number, action: () => void): Timer {
  let handle: NodeJS.Timeout | undefined;
  const arm = () => {
    handle = setTimeout(fire, Math.min(Math.max(atMs - Date.now(), 0), MAX_STEP_MS));
  };
  const fire = () => (Date.now() < atMs ? arm() : action());
  arm();
  return { stop: () => clearTimeout(handle) };
}
