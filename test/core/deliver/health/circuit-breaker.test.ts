import { describe, expect, it } from 'vitest';
import type { Health, RequestFailure } from '../../../../lib/core/deliver/health/circuit.ts';
import {
  admission,
  type HealthEvent,
  isProbeDue,
  isWorthWriting,
  nextHealth,
} from '../../../../lib/core/deliver/health/circuit-breaker.ts';
import { counted, isSlowNow, NO_REQUESTS } from '../../../../lib/core/deliver/health/request-counts.ts';
import { isoTime } from '../../../../lib/core/time.ts';

const NOW = Date.parse('2026-11-20T08:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const at = (ms: number) => isoTime(NOW + ms);

const closed: Health = { breaker: 'closed', slow: false, rev: 3 };
const open: Health = {
  breaker: 'open',
  slow: false,
  failingSince: at(-10 * MINUTE),
  failedDays: [0],
  openedAt: at(-8 * MINUTE),
  probeAt: at(0),
  rev: 4,
};
const halfOpen: Health = { ...open, breaker: 'half-open', probeAt: at(MINUTE), rev: 5 };

const streak = (failuresInARow: number, firstFailureMs: number) => ({
  ...NO_REQUESTS,
  failuresInARow,
  firstFailureMs,
});
const failed = (counts = streak(1, NOW), isProbe = false): HealthEvent => ({
  kind: 'failed',
  isSlow: false,
  counts,
  isProbe,
});
const succeeded: HealthEvent = { kind: 'succeeded', isSlow: false };

describe('the state machine of a breaker', () => {
  it.each([
    ['19 failures in more than a minute', streak(19, NOW - 2 * MINUTE)],
    ['20 failures in less than a minute', streak(20, NOW - MINUTE + 1)],
  ])('stays closed after %s, and counts as failing', (_, counts) => {
    expect(nextHealth(closed, failed(counts), NOW)).toEqual({
      breaker: 'closed',
      slow: false,
      failingSince: at(0),
      failedDays: [0],
    });
  });

  it('opens after 20 failures in a row over a minute; the first probe is due in 30 s', () => {
    expect(nextHealth(closed, failed(streak(20, NOW - MINUTE)), NOW)).toMatchObject({
      breaker: 'open',
      openedAt: at(0),
      probeAt: at(30 * SECOND),
    });
  });

  it('is half-open while a probe is out, for two minutes at most', () => {
    expect(nextHealth(open, { kind: 'probe_claimed' }, NOW)).toMatchObject({
      breaker: 'half-open',
      openedAt: open.openedAt,
      probeAt: at(2 * MINUTE),
    });
    expect(isProbeDue(halfOpen, NOW + MINUTE - 1)).toBe(false);
    expect(isProbeDue(halfOpen, NOW + MINUTE)).toBe(true);
  });

  it.each([
    ['30 s, at least', 10 * SECOND, 30 * SECOND],
    ['half of the time that it has been open', 8 * MINUTE, 4 * MINUTE],
    ['15 minutes, at most', 50 * MINUTE, 15 * MINUTE],
  ])('opens again where the probe fails, and waits %s', (_, openMs, pauseMs) => {
    const health = { ...halfOpen, openedAt: at(-openMs) };
    expect(nextHealth(health, failed(streak(1, NOW), true), NOW)).toMatchObject({
      breaker: 'open',
      openedAt: at(-openMs),
      probeAt: at(pauseMs),
    });
  });

  it.each([open, halfOpen])(
    'learns nothing from the failure of an old request while it is $breaker',
    (health) => {
      const { rev: _, ...same } = health;
      expect(nextHealth(health, failed(streak(50, NOW - MINUTE)), NOW)).toEqual(same);
    },
  );

  it.each([closed, open, halfOpen])('forgets everything at a success while it is $breaker', (health) => {
    expect(nextHealth(health, succeeded, NOW)).toEqual({
      breaker: 'closed',
      slow: false,
      lastSuccessAt: at(0),
    });
  });

  it('keeps the last failure at a success, and the last success at a failure', () => {
    const failure = { error: 'tls_failed', detail: 'certificate_expired' } as const;
    const event = { ...failed({ ...streak(1, NOW), lastSuccessMs: NOW - MINUTE }), failure };
    const failing = nextHealth(closed, event, NOW);
    expect(failing).toMatchObject({ lastSuccessAt: at(-MINUTE), lastFailure: { at: at(0), ...failure } });
    expect(nextHealth({ ...failing, rev: 1 }, succeeded, NOW + MINUTE)).toEqual({
      breaker: 'closed',
      slow: false,
      lastSuccessAt: at(MINUTE),
      lastFailure: { at: at(0), ...failure },
    });
  });

  it('takes the later success of the row and of this process', () => {
    const health = { ...closed, lastSuccessAt: at(-SECOND) };
    const success = (ms: number) =>
      nextHealth(health, failed({ ...streak(1, NOW), lastSuccessMs: NOW + ms }), NOW).lastSuccessAt;
    expect([-2 * SECOND, 0].map(success)).toEqual([at(-SECOND), at(0)]);
  });

  it('is slow as soon as one request is, and stays what it was otherwise', () => {
    const { rev: _, ...same } = open;
    expect(nextHealth(open, { kind: 'slow_noticed' }, NOW)).toEqual({ ...same, slow: true });
  });
});

describe('an admission', () => {
  it('lets everything go while the breaker is closed', () => {
    expect(admission(closed, NOW)).toEqual({ kind: 'go' });
    expect(isProbeDue(closed, NOW)).toBe(false);
  });

  it('says when the next probe is due, which never lies in the past, and since when it has been dead', () => {
    expect(admission(halfOpen, NOW)).toEqual({
      kind: 'defer',
      probeAtMs: NOW + MINUTE,
      openedAtMs: NOW - 8 * MINUTE,
    });
    expect(admission(open, NOW + MINUTE)).toMatchObject({ probeAtMs: NOW + MINUTE });
  });
});

describe('a change of health', () => {
  const failing: Health = { ...closed, failingSince: at(0), failedDays: [0] };

  it.each([
    ['the breaker opens', closed, nextHealth(closed, failed(streak(20, NOW - MINUTE)), NOW)],
    ['a probe is claimed', halfOpen, nextHealth(halfOpen, { kind: 'probe_claimed' }, NOW + 5 * MINUTE)],
    ['a failing time ends', failing, nextHealth(failing, succeeded, NOW)],
  ])('is written at once where %s', (_, health, next) => {
    expect(isWorthWriting(health, next, 0)).toBe(true);
  });

  it('is otherwise written once a minute', () => {
    const next = nextHealth(closed, failed(), NOW);
    expect(isWorthWriting(closed, next, MINUTE - 1)).toBe(false);
    expect(isWorthWriting(closed, next, MINUTE)).toBe(true);
  });

  it('is written where attempts fail for another reason, and once in twelve hours where for the same', () => {
    const because = (failure: RequestFailure, ms: number) =>
      nextHealth(
        known,
        { kind: 'failed', isSlow: false, counts: streak(1, NOW), isProbe: false, failure },
        NOW + ms,
      );
    const known: Health = {
      ...failing,
      lastFailure: { at: at(0), error: 'http_server_error', statusCode: 500 },
    };
    const same = { error: 'http_server_error', statusCode: 503 };
    const worth = (failure: RequestFailure, ms: number) =>
      isWorthWriting(known, because(failure, ms), MINUTE);
    expect(worth(same, 12 * HOUR - 1)).toBe(false);
    expect(worth(same, 12 * HOUR)).toBe(true);
    expect(worth({ error: 'timeout' }, 1)).toBe(true);
    expect(worth({ error: 'http_server_error', detail: 'not_tls' }, 1)).toBe(true);
    expect(isWorthWriting(known, because({ error: 'timeout' }, 1), MINUTE - 1)).toBe(false);
  });

  it('is not written where nothing changed, however long ago the last write was', () => {
    expect(isWorthWriting(closed, nextHealth(closed, succeeded, NOW), Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe('the counts of a process', () => {
  it('begin a row of failures with the first one, and end it with a success', () => {
    const one = counted(NO_REQUESTS, { isDelivered: false, durationMs: 10 }, NOW);
    const two = counted(one, { isDelivered: false, durationMs: 10 }, NOW + SECOND);
    expect(two).toMatchObject({ failuresInARow: 2, firstFailureMs: NOW });
    expect(counted(two, { isDelivered: true, durationMs: 10 }, NOW)).toMatchObject({ failuresInARow: 0 });
  });

  it('weigh the latest request as much as all before it', () => {
    const taking = (...durations: readonly number[]) =>
      durations.reduce(
        (counts, durationMs) => counted(counts, { isDelivered: true, durationMs }, NOW),
        NO_REQUESTS,
      ).meanMs;
    expect(taking(400)).toBe(400);
    expect(taking(400, 2_000)).toBe(1_200);
    expect(taking(400, 2_000, 600)).toBe(900);
  });

  it('say slow above 2 s, and quick again only below 1 s', () => {
    const taking = (meanMs: number) => ({ ...NO_REQUESTS, meanMs });
    expect([2_000, 2_001].map((ms) => isSlowNow(taking(ms), false))).toEqual([false, true]);
    expect([1_000, 999].map((ms) => isSlowNow(taking(ms), true))).toEqual([true, false]);
  });
});
