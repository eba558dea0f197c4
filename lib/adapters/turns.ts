/** Lets a limited number of tasks run at a time, in the order in which they came. */
export interface Turns {
  /** Runs `task` when it is its turn. Passes on its result or failure. */
  run<Result>(task: () => Promise<Result>): Promise<Result>;
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(task) {
      if (running < atOnce) running += 1;
      // A task that ends hands its place over, so that none that comes now can overtake.
      else await new Promise<void>((start) => waiting.push(start));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
