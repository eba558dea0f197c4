import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AsyncInvocationSetting,
  asyncInvocation,
  RETRY_DELAYS_SECONDS,
} from '../../../lib/local/functions/async-invocation.ts';
import { InvocationFailure } from '../../../lib/local/functions/invocation-failure.ts';
import { standInPool } from './stand-in-pool.ts';

const FAILURE = { errorType: 'Error', errorMessage: 'on purpose', trace: [] };

describe('an asynchronous invocation', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A function that fails `failures` times; `runs` are the seconds at which it ran. */
  function failing(failures: number, config: Partial<AsyncInvocationSetting['config']> = {}) {
    const began = Date.now();
    const runs: number[] = [];
    const lines: string[] = [];
    const target = standInPool(async (_event, { expiresAt = Number.POSITIVE_INFINITY } = {}) => {
      if (Date.now() > expiresAt) throw new InvocationFailure('expired', FAILURE);
      runs.push((Date.now() - began) / 1000);
      if (runs.length <= failures) throw new InvocationFailure('function-error', FAILURE);
      return null;
    });
    const invocation = asyncInvocation({
      target,
      config: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600, ...config },
      retryDelaysSeconds: RETRY_DELAYS_SECONDS,
      log: ({ line }) => lines.push(line),
    });
    return { invocation, runs, lines };
  }

  it('is repeated after one and after two more minutes, and then dropped', async () => {
    const { invocation, runs, lines } = failing(9);
    const { settled } = invocation.invoke({});
    await vi.advanceTimersByTimeAsync(600_000);
    await settled;
    expect(runs).toEqual([0, 60, 180]);
    expect(lines).toEqual(['the event is dropped after 2 retries']);
  });

  it('is not repeated after a success', async () => {
    const { invocation, runs, lines } = failing(1);
    invocation.invoke({});
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs).toEqual([0, 60]);
    expect(lines).toEqual([]);
  });

  it('is attempted once where the template allows no retries', async () => {
    const { invocation, runs } = failing(9, { MaximumRetryAttempts: 0 });
    await invocation.invoke({}).settled;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs).toEqual([0]);
  });

  it('is dropped when a retry would exceed its maximum age', async () => {
    const { invocation, runs, lines } = failing(9, { MaximumEventAgeInSeconds: 90 });
    invocation.invoke({});
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs).toEqual([0, 60]);
    expect(lines).toEqual(['the event is dropped: it reached its maximum age']);
  });

  it('is dropped, and not repeated, when it waited for an instance beyond its maximum age', async () => {
    const lines: string[] = [];
    const waited: number[] = [];
    const target = standInPool(async () => {
      waited.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 90_000));
      throw new InvocationFailure('expired', FAILURE);
    });
    const invocation = asyncInvocation({
      target,
      config: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 80 },
      retryDelaysSeconds: [0, 0],
      log: ({ line }) => lines.push(line),
    });
    const { settled } = invocation.invoke({});
    await vi.advanceTimersByTimeAsync(600_000);
    await settled;
    expect(waited).toHaveLength(1);
    expect(lines).toEqual(['the event is dropped: it reached its maximum age']);
  });

  it('ends its waits when the cloud stops', async () => {
    const { invocation, runs } = failing(9);
    const { settled } = invocation.invoke({});
    await vi.advanceTimersByTimeAsync(1_000);
    invocation.stop();
    await settled;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs).toEqual([0]);
  });
});
