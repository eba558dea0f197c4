const LOOK_EVERY_MS = 500;

/**
 * Calls `end` when the npm that runs this process as a script is gone. npm gives a signal to its shell only, which dies of it, and the
 * process would run on unseen.
 */
export function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    end();
  }, LOOK_EVERY_MS);
  looking.unref();
}
