import type { AsyncInvocation } from '../functions/async-invocation.ts';
import type { Recurrence } from '../scheduler/expressions.ts';
import { startTimer, type Timer } from '../timer.ts';

export interface RecurringSetting {
  readonly nextAfter: Recurrence;
  readonly target: Pick<AsyncInvocation, 'invoke'>;
  event(at: Date): unknown;
}

/**
 * Invokes a function on a schedule. First attempts never overlap: times that come due during one are skipped, because one
 * machine has no room for a backlog. Lambda may repeat a failed run beside the next one.
 */
export function startRecurring(setting: RecurringSetting): { stop(): Promise<void> } {
  let timer: Timer | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  function arm(dueAt: number): void {
    if (stopped) return;
    timer = startTimer(dueAt, () => {
      running = run(dueAt);
    });
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
      timer?.stop();
      await running;
    },
  };
}
