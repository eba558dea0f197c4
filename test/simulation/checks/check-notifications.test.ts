import { describe, expect, it } from 'vitest';
import type { Attempt, Notification } from '../../../lib/core/deliver/state/notification.ts';
import { isoTime, SECOND_MS } from '../../../lib/core/time.ts';
import { isUsedUp } from './check-notifications.ts';

/** Three attempts. */
const SCHEDULE = [1, 1];

const at = (seconds: number) => isoTime(seconds * SECOND_MS);

function attemptsAt(...seconds: readonly number[]): Attempt[] {
  return seconds.map((second, index) => ({
    number: index + 1,
    at: at(second),
    durationMs: 0,
    error: 'timeout',
  }));
}

function redeliveredAt(seconds: number): Pick<Notification, 'lastRequest'> {
  return { lastRequest: { action: 'redeliver', at: at(seconds) } };
}

const isUsedUpBy = (notification: Pick<Notification, 'attempts' | 'lastRequest'>, offMs = 0) =>
  isUsedUp(notification, SCHEDULE, offMs);

describe('a schedule is used up', () => {
  it('by all of its attempts, and by none fewer or more', () => {
    expect(isUsedUpBy({ attempts: attemptsAt(1, 2) })).toBe(false);
    expect(isUsedUpBy({ attempts: attemptsAt(1, 2, 3) })).toBe(true);
    expect(isUsedUpBy({ attempts: attemptsAt(1, 2, 3, 4) })).toBe(false);
  });

  it('with the attempt that was under way when the audit created the notification', () => {
    const created: Pick<Notification, 'attempts' | 'startedAt'> = {
      startedAt: at(2),
      attempts: attemptsAt(1, 3, 4),
    };
    expect(isUsedUpBy(created)).toBe(true);
  });

  it('without an attempt that was handed over', () => {
    const [first, ...others] = attemptsAt(1, 2, 3);
    const attempts = [{ ...first, error: 'handed_over' } as Attempt, ...others];
    expect(isUsedUpBy({ attempts })).toBe(false);
    expect(isUsedUpBy({ attempts: [...attempts, ...attemptsAt(4)] })).toBe(true);
  });

  it('by attempts since the redelivery alone', () => {
    expect(isUsedUpBy({ attempts: attemptsAt(1, 2, 3, 5, 6), ...redeliveredAt(4) })).toBe(false);
    expect(isUsedUpBy({ attempts: attemptsAt(1, 2, 3, 5, 6, 7), ...redeliveredAt(4) })).toBe(true);
    expect(isUsedUpBy({ attempts: attemptsAt(1, 2, 3, 5, 6, 7, 8), ...redeliveredAt(4) })).toBe(false);
  });

  it('by an attempt that a clock stamped before the redelivery, if it may be that far behind', () => {
    const attempts = attemptsAt(1, 2, 3, 5, 6, 7);
    expect(isUsedUpBy({ attempts, ...redeliveredAt(6) }, SECOND_MS)).toBe(true);
    expect(isUsedUpBy({ attempts, ...redeliveredAt(6) })).toBe(false);
  });
});
