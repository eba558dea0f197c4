import { describe, expect, it } from 'vitest';
import type { Due } from '../../../lib/core/deliver/dispatcher.ts';
import { mayBeUnreported, sendNext, sendNextIfUnsent } from '../../../lib/core/deliver/next-message.ts';
import { merchantIdSchema, transactionIdSchema } from '../../../lib/core/model.ts';
import { isoTime, MINUTE_MS } from '../../../lib/core/time.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 8);
const message = {
  merchantId: merchantIdSchema().parse('demo'),
  transactionId: transactionIdSchema().parse('pay_1'),
  rev: 1,
};

function openQueue() {
  const sent: Due[] = [];
  const dispatcher = {
    sendAt: async (one: Due['message'], atMs: number) => void sent.push({ message: one, atMs }),
  };
  return { sent, ports: { dispatcher, clock: { now: () => NOW_MS } } };
}

describe('the message that follows a write', () => {
  it('is sent for the time at which its item is due, or now', async () => {
    const { sent, ports } = openQueue();
    await sendNext(ports, { message, nextAttemptAt: isoTime(NOW_MS + MINUTE_MS) });
    await sendNext(ports, { message, nextAttemptAt: undefined });
    expect(sent.map(({ atMs }) => atMs)).toEqual([NOW_MS + MINUTE_MS, NOW_MS]);
  });

  it.each([
    ['a first receipt finds the item due soon', 1, NOW_MS + MINUTE_MS, false],
    ['a first receipt finds the item late by less than a minute', 1, NOW_MS - MINUTE_MS, false],
    ['a first receipt finds the item overdue', 1, NOW_MS - MINUTE_MS - 1, true],
    ['a first receipt finds the item due now', 1, undefined, false],
    ['the message was received before', 2, NOW_MS + MINUTE_MS, true],
    ['the message was received before and the item is due now', 2, undefined, true],
  ])('when %s', async (_, receivedTimes, dueMs, isSent) => {
    const { sent, ports } = openQueue();
    const nextAttemptAt = dueMs === undefined ? undefined : isoTime(dueMs);
    const received = { message: { rev: 0 }, receivedTimes };
    expect(await sendNextIfUnsent(ports, { message, nextAttemptAt }, received)).toBe(isSent);
    expect(sent.map(({ atMs }) => atMs)).toEqual(isSent ? [dueMs ?? NOW_MS] : []);
  });
});

describe('a state that a message finds', () => {
  it.each([
    ['the next one, on a second receipt', 4, 2, true],
    ['the next one, on a first receipt', 4, 1, false],
    ['a later one', 5, 2, false],
    ['its own', 3, 2, false],
  ])('may be unreported only if this message wrote it: %s', (_, rev, receivedTimes, isExpected) => {
    expect(mayBeUnreported({ rev }, { message: { rev: 3 }, receivedTimes })).toBe(isExpected);
  });
});
