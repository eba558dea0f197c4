/** Tells those who wait that something has changed. */
export interface ChangeSignal {
  /** Number of changes so far. Read it before you look for changes, and pass it to `after`. */
  readonly count: number;
  /** Something has changed. */
  announce(): void;
  /** Resolves when there were more than `count` changes, after `milliseconds`, or when `stopping` is aborted. */
  after(count: number, milliseconds: number, stopping: AbortSignal): Promise<void>;
}

export function createChangeSignal(): ChangeSignal {
  const waiting = new Set<() => void>();
  let changes = 0;
  return {
    get count() {
      return changes;
    },
    announce: () => {
      changes += 1;
      for (const wake of waiting) wake();
    },
    after: async (count, milliseconds, stopping) => {
      if (changes > count || stopping.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          stopping.removeEventListener('abort', wake);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        stopping.addEventListener('abort', wake);
        waiting.add(wake);
      });
    },
  };
}
