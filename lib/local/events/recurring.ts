import type { AsyncInvocation } from '../functions/async-invocation.ts';
import type { Recurrence } from '../scheduler/expressions.ts';

export interface RecurringSetting {
  readonly nextAfter: Recurrence;
  readonly target: Pick<AsyncInvocation, 'invoke'>;
  event(at: Date): unknown;
}

/** Longest delay of a timer: 2^31 − 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Invokes a function on a schedule. First attempts never overlap: times that come due during one are skipped, because one
 * machine has no room for a backlog. Lambda may repeat a failed run beside the next one.
 */
export function startRecurring(setting: RecurringSetting): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  function arm(dueAt: number): void {
    if (stopped) return;
    const waitMs = Math.max(dueAt - Date.now(), 0);
    timer = setTimeout(
      () => {
        if (waitMs > MAX_TIMER_MS) arm(dueAt);
        else running = run(dueAt);
      },
      Math.min(waitMs, MAX_TIMER_MS),
    );
  }

  async function run(dueAt: number): Promise<void> {
    await setting.target.invoke(setting.event(new Date(dueAt))).firstAttempt;
    arm(nextFuture(dueAt));
  }

  function nextFuture(dueAt: number): number {
    const next = setting.nextAfter(dueAt);
    return next >= Date.now() ? next : setting.nextAfter(Date.now());
  }

  arm(setting.nextAfter(Date.now()));
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
