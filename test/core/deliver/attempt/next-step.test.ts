import { describe, expect, it } from 'vitest';
import {
  isDecidedAgain,
  whenAttempted,
  whenBlocked,
  whenDeferred,
  whenHandedOver,
} from '../../../../lib/core/deliver/attempt/next-step.ts';
import type { Notification } from '../../../../lib/core/deliver/state/notification.ts';
import type { AttemptMade } from '../../../../lib/core/deliver/state/transitions.ts';
import { isoTime } from '../../../../lib/core/time.ts';

const NOW = Date.parse('2026-11-20T08:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const at = (ms: number) => isoTime(NOW + ms);
const plan = { schedule: [60, 60], nowMs: NOW, fraction: 0 };

const pending: Notification = {
  merchantId: 'demo' as never,
  transactionId: 'pay_1' as never,
  version: 1,
  endpointId: 'ep_1' as never,
  rev: 3,
  state: 'retrying',
  listedAt: at(0),
  startedAt: at(0),
  attemptsMade: 1,
  attempts: [],
};
const made = (outcome: AttemptMade['outcome']): AttemptMade => ({
  atMs: NOW,
  durationMs: 5,
  outcome,
  body: '',
});
const ok = made({ result: 'delivered', statusCode: 200 });
const failed = made({ result: 'failed', code: 'http_server_error', statusCode: 500 });

describe('a decision', () => {
  it('always raises the rev by one, which makes every older message void', () => {
    const defer = { kind: 'defer', probeAtMs: NOW, openedAtMs: NOW } as const;
    const steps = [
      whenBlocked(pending, 'endpoint_gone'),
      whenDeferred(pending, defer, plan),
      whenHandedOver(pending, failed, NOW),
      whenAttempted(pending, ok, plan),
      whenAttempted(pending, failed, plan),
    ];
    expect(steps.map(({ next }) => next.rev)).toEqual([4, 4, 4, 4, 4]);
  });

  it('after a failure sends the next attempt when the schedule says, and says why', () => {
    expect(whenAttempted(pending, failed, plan)).toMatchObject({
      next: { state: 'retrying', attemptsMade: 2, nextAttemptAt: at(MINUTE) },
      sendAtMs: NOW + MINUTE,
      made: failed,
      reason: 'http_server_error',
    });
  });

  it.each([
    ['a delivery', whenAttempted(pending, ok, plan), 'delivered', 'delivered'],
    ['410', whenAttempted(pending, made({ result: 'gone', statusCode: 410 }), plan), 'blocked', 'gone'],
    [
      'the last failure of the schedule',
      whenAttempted({ ...pending, attemptsMade: 2 }, failed, plan),
      'exhausted',
      'http_server_error',
    ],
    [
      'an endpoint that is disabled',
      whenBlocked(pending, 'endpoint_disabled'),
      'blocked',
      'endpoint_disabled',
    ],
  ])('after %s sends nothing more', (_, step, state, reason) => {
    expect(step.sendAtMs).toBeUndefined();
    expect(step).toMatchObject({ next: { state }, reason });
  });

  it('to hand over is due at once, and uses up nothing of the schedule', () => {
    const silent = made({ result: 'failed', code: 'handed_over' });
    expect(whenHandedOver(pending, silent, NOW)).toMatchObject({
      next: { state: 'retrying', attemptsMade: 1, attempts: [{ error: 'handed_over' }] },
      sendAtMs: NOW,
      reason: 'handed_over',
    });
  });

  it('to defer makes no attempt, and waits at least until the next probe', () => {
    const step = whenDeferred(
      pending,
      { kind: 'defer', probeAtMs: NOW + MINUTE, openedAtMs: NOW - 30 * SECOND },
      plan,
    );
    expect(step).toMatchObject({ next: { attemptsMade: 1, attempts: [] }, sendAtMs: NOW + MINUTE });
    expect(step.made).toBeUndefined();
  });

  it.each([
    ['fits one queue wait in its first hour', 0, 15 * MINUTE],
    ['is up to six hours afterwards', 2 * 60 * MINUTE, 6.6 * 60 * MINUTE],
  ])('to defer because of an endpoint that is long dead %s', (_, ageMs, maxMs) => {
    const defer = { kind: 'defer', probeAtMs: NOW + MINUTE, openedAtMs: NOW - 24 * 60 * MINUTE } as const;
    const current = { ...pending, startedAt: at(-ageMs) };
    const { sendAtMs = 0 } = whenDeferred(current, defer, { ...plan, schedule: [86_400], fraction: 1 });
    expect(sendAtMs - NOW).toBeCloseTo(maxMs, 0);
  });

  it('to defer beyond the horizon ends the notification', () => {
    const nowMs = NOW + 3 * 60 * MINUTE;
    const defer = { kind: 'defer', probeAtMs: nowMs, openedAtMs: NOW } as const;
    const step = whenDeferred(pending, defer, { ...plan, nowMs });
    expect(step).toMatchObject({ next: { state: 'exhausted' }, reason: 'horizon_passed' });
    expect(step.sendAtMs).toBeUndefined();
  });
});

describe('a decision that was overtaken', () => {
  it('is made again for a delivery, over every state that is not settled for good', () => {
    const step = whenAttempted(pending, ok, plan);
    const states = ['pending', 'retrying', 'exhausted', 'blocked', 'delivered', 'acknowledged'] as const;
    expect(states.filter((state) => isDecidedAgain(step, { ...pending, state }))).toEqual([
      'pending',
      'retrying',
      'exhausted',
      'blocked',
    ]);
  });

  it('is given up for everything else', () => {
    const steps = [whenAttempted(pending, failed, plan), whenBlocked(pending, 'endpoint_gone')];
    expect(steps.map((step) => isDecidedAgain(step, pending))).toEqual([false, false]);
  });
});
