import { describe, expect, it } from 'vitest';
import { attemptsAhead } from '../../lib/console/pages/deliveries/schedule-ahead.ts';

const at = (seconds: number) =>
  new Date(Date.parse('2026-11-29T08:00:00.000Z') + seconds * 1_000).toISOString();
const SCHEDULE = [10, 60, 3_600];

describe('the schedule ahead', () => {
  it('begins with the next attempt and follows the delays that are left', () => {
    const course = { state: 'retrying', attempts: [{ at: at(0), error: 'timeout' }], nextAttemptAt: at(10) };
    expect(attemptsAhead(course, SCHEDULE)).toEqual([at(10), at(70), at(3_670)]);
  });

  it('is empty when nothing is due, and one attempt for a settled notification', () => {
    expect(attemptsAhead({ state: 'exhausted', attempts: [] }, SCHEDULE)).toEqual([]);
    expect(attemptsAhead({ state: 'delivered', attempts: [], nextAttemptAt: at(5) }, SCHEDULE)).toEqual([
      at(5),
    ]);
  });

  it('does not count a request that was made again at once', () => {
    const attempts = [{ at: at(0), error: 'handed_over' }];
    expect(attemptsAhead({ state: 'retrying', attempts, nextAttemptAt: at(2) }, SCHEDULE)).toHaveLength(4);
  });

  it('begins anew with a redelivery', () => {
    const attempts = [
      { at: at(0), error: 'timeout' },
      { at: at(12), error: 'timeout' },
    ];
    const course = {
      state: 'retrying',
      attempts,
      nextAttemptAt: at(100),
      lastRequest: { action: 'redeliver', at: at(90) },
    };
    expect(attemptsAhead(course, SCHEDULE)).toHaveLength(4);
  });
});
