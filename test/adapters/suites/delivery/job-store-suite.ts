import { describe, expect, it } from 'vitest';
import type { NotificationKey } from '../../../../lib/core/deliver/state/notification.ts';
import { at, job, OTHER, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeJobStore(name: string, open: OpenTable): void {
  describe(`JobStore on ${name}`, () => {
    const table = useTable(open);
    const stored = () => table().jobs.read(SHOP, 'job1');
    const running = async () => (await table().jobs.running()).map(({ jobId }) => jobId).sort();

    it('reads back every field at once, and drops what a later write leaves out', async () => {
      const whole = job({
        states: ['retrying', 'exhausted', 'blocked'],
        endpointId: 'ep_1',
        range: 47,
        keys: [
          { merchantId: SHOP, transactionId: 'pay_1', version: 2, endpointId: 'ep_1' } as NotificationKey,
        ],
        cursor: '{"pk":"T#shop#pay_1"}',
        found: 1_000_000,
        sent: 999_999,
      });
      expect(await table().jobs.save(whole, 0)).toBe(true);
      expect(await stored()).toStrictEqual(whole);
      expect(await running()).toEqual(['job1']);
      const next = job({ rev: 2 });
      expect(await table().jobs.save(next, 1)).toBe(true);
      expect(await stored()).toStrictEqual(next);
      expect(await running()).toEqual(['job1']);
    });

    it("knows nothing of an id that is not there, nor of another merchant's", async () => {
      await table().jobs.save(job(), 0);
      expect(await table().jobs.read(OTHER, 'job1')).toBeUndefined();
      expect(await table().jobs.read(SHOP, 'job2')).toBeUndefined();
    });

    it('says that an id is taken by a job of any merchant', async () => {
      await table().jobs.save(job({ merchantId: OTHER }), 0);
      expect(await table().jobs.isTaken('job1')).toBe(true);
      expect(await table().jobs.isTaken('job2')).toBe(false);
    });

    it('accepts progress only on the latest revision: one of twenty', async () => {
      expect(await table().jobs.save(job({ rev: 2 }), 1)).toBe(false);
      expect(await running()).toEqual([]);
      await table().jobs.save(job(), 0);
      expect(await table().jobs.save(job({ found: 9 }), 0)).toBe(false);
      const results = await atOnce((writer) => table().jobs.save(job({ rev: 2, sent: writer }), 1));
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect(await stored()).toStrictEqual(job({ rev: 2, sent: results.indexOf(true) }));
      expect(await table().jobs.running()).toStrictEqual([{ merchantId: SHOP, jobId: 'job1' }]);
    });

    it('lists what runs, of all merchants, until it is done; done, it can still be read', async () => {
      await table().jobs.save(job(), 0);
      await table().jobs.save(job({ jobId: 'job2', merchantId: OTHER }), 0);
      expect(await running()).toEqual(['job1', 'job2']);
      const done = job({ state: 'done', rev: 2 });
      expect(await table().jobs.save(done, 1)).toBe(true);
      expect(await running()).toEqual(['job2']);
      expect(await stored()).toStrictEqual(done);
    });

    it('stays done when an overtaken run writes late', async () => {
      await table().jobs.save(job(), 0);
      await table().jobs.save(job({ state: 'done', rev: 2 }), 1);
      expect(await table().jobs.save(job({ rev: 2, range: 3 }), 1)).toBe(false);
      expect(await running()).toEqual([]);
      expect(await stored()).toStrictEqual(job({ state: 'done', rev: 2 }));
    });

    it('gives a place to one of twenty, and again when the job that had it is done', async () => {
      const results = await atOnce((writer) => table().jobs.save(job({ jobId: `job${writer}`, slot: 1 }), 0));
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      const first = `job${results.indexOf(true)}`;
      expect(await table().jobs.read(SHOP, first === 'job3' ? 'job4' : 'job3')).toBeUndefined();
      expect(await table().jobs.save(job({ jobId: 'other', slot: 2 }), 0)).toBe(true);
      expect(await table().jobs.save(job({ jobId: 'theirs', merchantId: OTHER, slot: 1 }), 0)).toBe(true);
      expect(await table().jobs.save(job({ jobId: first, slot: 1, state: 'done', rev: 2 }), 1)).toBe(true);
      expect(await table().jobs.save(job({ jobId: 'next', slot: 1 }), 0)).toBe(true);
      expect(await running()).toEqual(['next', 'other', 'theirs']);
    });

    it('reads back every field of a job along the feed, at each end that it may have', async () => {
      const walking = job({
        include: 'all',
        state: 'replaying',
        by: 'key1',
        after: { listedAt: at(7), transactionId: 'pay_7', version: 2 },
        examined: 7,
        total: 9,
        found: 12,
        sent: 9,
        notSent: [{ reason: 'endpoint_disabled', count: 3, examples: ['pay_1.1.ep_1'] }],
        pace: { minute: at(0), sent: 9 },
      });
      expect(await table().jobs.save(walking, 0)).toBe(true);
      expect(await stored()).toStrictEqual(walking);
      expect(await running()).toEqual(['job1']);
      const cancelling = { ...walking, state: 'cancelling', cancelled: { at: at(8), by: 'key2' }, rev: 2 };
      expect(await table().jobs.save(job(cancelling), 1)).toBe(true);
      expect(await running()).toEqual(['job1']);
      const failed = { ...cancelling, state: 'failed', failure: 'unreadable_row', endedAt: at(9), rev: 3 };
      expect(await table().jobs.save(job(failed), 2)).toBe(true);
      expect(await stored()).toStrictEqual(job(failed));
      expect(await running()).toEqual([]);
    });

    it("lists a merchant's jobs, newest first, page by page", async () => {
      const made = [
        { jobId: 'job1', createdAt: at(1), state: 'done' },
        { jobId: 'job2', createdAt: at(3), slot: 1 },
        { jobId: 'job3', createdAt: at(2), slot: 2 },
        { jobId: 'theirs', createdAt: at(2.5), merchantId: OTHER },
      ];
      for (const one of made) expect(await table().jobs.save(job(one), 0)).toBe(true);
      await table().jobs.save(job({ ...made[1], state: 'done', rev: 2 }), 1);
      const list = (more: { before?: string; limit: number }) =>
        table().jobs.list({ merchantId: SHOP, ...more });
      expect(await list({ limit: 9 })).toEqual([`${at(3)}#job2`, `${at(2)}#job3`, `${at(1)}#job1`]);
      expect(await list({ limit: 1 })).toEqual([`${at(3)}#job2`]);
      expect(await list({ before: `${at(3)}#job2`, limit: 1 })).toEqual([`${at(2)}#job3`]);
      expect(await list({ before: `${at(1)}#job1`, limit: 1 })).toEqual([]);
      expect(await table().jobs.list({ merchantId: OTHER, limit: 9 })).toEqual([`${at(2.5)}#theirs`]);
    });

    it('lists no job whose place was taken', async () => {
      await table().jobs.save(job(), 0);
      expect(await table().jobs.save(job({ jobId: 'job2' }), 0)).toBe(false);
      expect(await table().jobs.list({ merchantId: SHOP, limit: 9 })).toHaveLength(1);
    });

    it('lists a job that was done when it was first written as nothing that runs', async () => {
      await table().jobs.save(job({ state: 'done', to: at(0) }), 0);
      expect(await running()).toEqual([]);
    });
  });
}
