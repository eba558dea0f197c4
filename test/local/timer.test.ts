import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimer } from '../../lib/local/timer.ts';

const DAY_MS = 86_400_000;

describe('a timer for a time of the clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['in a moment', 1],
    ['in an hour', 3_600_000],
    // Longer than a single timer can wait.
    ['in forty days', 40 * DAY_MS],
  ])('goes off once, %s', async (_, waitMs) => {
    const atMs = Date.now() + waitMs;
    const times: number[] = [];
    startTimer(atMs, () => times.push(Date.now()));
    await vi.advanceTimersByTimeAsync(waitMs + DAY_MS);
    expect(times).toEqual([atMs]);
  });

  it('goes off for a time that has passed, after its caller', async () => {
    const action = vi.fn();
    startTimer(Date.now() - DAY_MS, action);
    expect(action).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(action).toHaveBeenCalledTimes(1);
  });

  it('waits for the clock, which may be set back meanwhile', async () => {
    const action = vi.fn();
    const startMs = Date.now();
    startTimer(startMs + 1_000, action);
    vi.setSystemTime(startMs - 2_000);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(action).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(action).toHaveBeenCalledTimes(1);
  });

  it('does not go off after it was stopped', async () => {
    const action = vi.fn();
    const timer = startTimer(Date.now() + 3 * DAY_MS, action);
    await vi.advanceTimersByTimeAsync(DAY_MS);
    timer.stop();
    await vi.advanceTimersByTimeAsync(5 * DAY_MS);
    expect(action).not.toHaveBeenCalled();
  });
});
