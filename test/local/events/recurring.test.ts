import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRecurring } from '../../../lib/local/events/recurring.ts';
import { asyncInvocation } from '../../../lib/local/functions/async-invocation.ts';
import { standInPool } from '../functions/stand-in-pool.ts';

describe('a recurring invocation', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('never overlaps itself, and goes on after a failure', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const target = standInPool(
      async () => {
        runs += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        running -= 1;
        if (runs === 1) throw new Error('the first fails');
        return null;
      },
      { size: 4 },
    );
    const recurring = startRecurring({
      nextAfter: (after) => after + 1_000,
      target: asyncInvocation({
        target,
        config: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        retryDelaysSeconds: [],
        log: () => {},
      }),
      event: () => ({}),
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(most).toBe(1);
    // At 1 s for 2.5 s, then a second after it ended, and so on.
    expect(runs).toBe(3);
    const stopped = recurring.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(runs).toBe(3);
  });
});
