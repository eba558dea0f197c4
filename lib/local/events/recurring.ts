import { messageOf } from '../errors.ts';
import type { FunctionPool } from '../functions/pool.ts';
import type { Log } from '../log.ts';
import type { Recurrence } from '../scheduler/expressions.ts';

export interface RecurringSetting {
  readonly logicalId: string;
  readonly nextAfter: Recurrence;
  readonly target: FunctionPool;
  event(at: Date): unknown;
  readonly log: Log;
}

/** Timers cannot be set for longer than 2^31 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Invokes a function by a schedule. A run that takes longer than the interval is not overtaken by the next: what
 * came due meanwhile is left out. A failed run is not repeated; the next one comes anyway.
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
      clearTimeout(timer);
      await running;
    },
  };
}
