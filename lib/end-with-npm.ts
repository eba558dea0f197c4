const LOOK_EVERY_MS = 500;

const PARENT = process.ppid;

/**
 * Calls `end` when the npm whose script runs `program` is gone. npm gives a signal to its shell only, which dies of it, and the
 * process would run on unseen.
 *
 * @param program as the script names it: what another script has started in the background may outlive its npm
 */
export function endWithNpm(program: string, end: () => void): void {
  if (process.env.npm_lifecycle_script?.includes(program) !== true) return;
  const looking = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(looking);
    end();
  }, LOOK_EVERY_MS);
  looking.unref();
}
