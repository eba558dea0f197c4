/** Lets a limited number of tasks run at a time, in the order in which they came. */
export interface Turns {
  /**
   * Runs `task` when it is its turn. Passes on its result or failure.
   * @param signal ends the wait. A task that has begun must watch it itself
   * @throws Error `AbortError`, as the SDK does, when the wait was ended
   */
  run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  let running = 0;

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(start);
        reject(abortError(signal?.reason));
      };
      const start = () => {
        waiting.delete(start);
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(start);
      signal?.addEventListener('abort', leave, { once: true });
      if (signal?.aborted) leave();
    });
  }

  return {
    async run(task, signal) {
      if (running < atOnce) running += 1;
      // A task that ends hands its place over, so that none that comes now can overtake.
      else await turn(signal);
      try {
        return await task();
      } finally {
        const [next] = waiting;
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}

function abortError(cause: unknown): Error {
  return Object.assign(new Error('Aborted before its turn.', { cause }), { name: 'AbortError' });
}
