import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetterQueue } from '../../../lib/core/deliver/aside/dead-letters.ts';

/** A queue of dead letters, what tests put into it, and the bodies that went back. */
export interface DeadLettersUnderTest {
  readonly queue: DeadLetterQueue;
  put(body: string, reason?: string): Promise<void>;
  back(): readonly string[];
  close(): Promise<void>;
}

const NO_END = Number.POSITIVE_INFINITY;
const message = (transactionId: string) => ({
  merchantId: 'alpha',
  transactionId,
  version: 1,
  endpointId: 'ep_1',
  rev: 0,
});

export function describeDeadLetterQueue(
  name: string,
  open: (queue: 'lanes' | 'intake') => Promise<DeadLettersUnderTest>,
): void {
  describe(`DeadLetterQueue on ${name}`, () => {
    let letters: DeadLettersUnderTest;
    beforeEach(async () => {
      letters = await open('lanes');
    });
    afterEach(() => letters.close());
    const redrive = (limit = NO_END, beforeMs = Date.now()) =>
      letters.queue.redrive({ limit, beforeMs, deadlineMs: NO_END });
    const putMany = async (count: number) => {
      for (let number = 0; number < count; number += 1)
        await letters.put(JSON.stringify(message(`pay_${number}`)));
    };

    it('counts, shows what and why, and keeps all', async () => {
      await letters.put(JSON.stringify(message('pay_1')));
      await letters.put('["nonsense"]', 'not_a_notification_message');
      expect(await letters.queue.count()).toBe(2);
      const { letters: seen, isWhole } = await letters.queue.look(10);
      expect(isWhole).toBe(true);
      expect(seen.find(({ canGoBack }) => canGoBack)).toMatchObject({
        reason: 'received too often',
        message: message('pay_1'),
      });
      expect(seen.find(({ canGoBack }) => !canGoBack)).toMatchObject({
        reason: 'not_a_notification_message',
        body: '["nonsense"]',
      });
      for (const { sentAt = '' } of seen)
        expect(Math.abs(Date.parse(sentAt) - Date.now())).toBeLessThan(60_000);
      expect((await letters.queue.look(10)).letters).toHaveLength(2);
    });

    it('shows no more than asked for', async () => {
      await putMany(25);
      expect((await letters.queue.look(15)).letters).toHaveLength(15);
      expect((await letters.queue.look(25)).letters).toHaveLength(25);
    });

    it('puts back as many as asked for, and all of them in several requests', async () => {
      await putMany(25);
      expect(await redrive(12)).toEqual({ redriven: 12, left: 0, isDone: false });
      expect(letters.back()).toHaveLength(12);
      expect(await redrive(20)).toEqual({ redriven: 13, left: 0, isDone: true });
      const ids = letters.back().map((body) => JSON.parse(body).transactionId);
      expect(new Set(ids).size).toBe(25);
      expect(await letters.queue.count()).toBe(0);
    });

    it('leaves what cannot go back, and what came later', async () => {
      const beforeMs = Date.now() - 60_000;
      await letters.put('["nonsense"]');
      await putMany(2);
      expect(await redrive(NO_END, beforeMs)).toEqual({ redriven: 0, left: 3, isDone: true });
      expect(await redrive()).toEqual({ redriven: 2, left: 1, isDone: true });
      expect((await letters.queue.look(10)).letters).toHaveLength(1);
    });

    it('of the intake puts back as it was sent what no reason refused', async () => {
      const intake = await open('intake');
      try {
        await intake.put('{ "any": 1 }');
        await intake.put(JSON.stringify(message('pay_1')), 'outcome_conflict');
        const request = { limit: 10, beforeMs: Date.now(), deadlineMs: NO_END };
        expect(await intake.queue.redrive(request)).toEqual({ redriven: 1, left: 1, isDone: true });
        expect(intake.back()).toEqual(['{ "any": 1 }']);
      } finally {
        await intake.close();
      }
    });
  });
}
