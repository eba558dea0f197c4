import { messageOf } from '../errors.ts';
import type { FunctionPool } from '../functions/pool.ts';
import type { Log } from '../log.ts';
import type { Recurrence } from '../scheduler/expressions.ts';
import { startTimer, type Timer } from '../timer.ts';

export interface RecurringSetting {
  readonly logicalId: string;
  readonly nextAfter: Recurrence;
  readonly target: FunctionPool;
  event(at: Date): unknown;
  readonly log: Log;
}

/**
 * Invokes a function on a schedule. Runs never overlap: times that come due during a run are skipped. A failed run is
 * not retried; the next run follows as scheduled.
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
    try {
      await setting.target.invoke(setting.event(new Date(dueAt)));
    } catch (error) {
      setting.log({
        source: setting.logicalId,
        stream: 'event',
        line: `the run failed: ${messageOf(error)}`,
      });
    }
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
