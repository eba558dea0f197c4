import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START_MS } from '../../../support/world.ts';
import { idsOf, LAG, MINUTE, outcome, SECOND, useFeed } from './feed-world.ts';

describe('the feed', () => {
  const setup = useFeed();
  const { open, put, write, ask, follow, watch, pass, setShards } = setup;

  describe('never lists anything behind a watermark that was given', () => {
    it('nor anything younger than the watermark, although the table already holds it', async () => {
      await put('pay_1');
      pass(LAG - 1);
      expect(idsOf(await ask())).toEqual([]);
      pass(1);
      expect(await ask()).toMatchObject({
        watermark: '2026-11-20T08:00:00.000Z',
        items: [{ listedAt: '2026-11-20T08:00:00.000Z' }],
      });
    });

    it('with several shards and one cursor', async () => {
      await setShards(7);
      const all = Array.from({ length: 60 }, (_, index) => outcome(`pay_${index}`, START_MS + (index % 20)));
      for (const [index, one] of all.entries()) await write(one, index % 7);
      pass(LAG + SECOND);
      const listed = await follow(undefined, 4);
      const order = listed.items.map(({ listedAt, transactionId }) => `${listedAt}#${transactionId}`);
      expect(order).toEqual([...order].sort());
      expect(new Set(idsOf(listed)).size).toBe(60);
      expect(listed.items).toHaveLength(60);
    });

    it('with shards that are added while a cursor is out', async () => {
      await put('pay_1');
      await put('pay_2');
      pass(LAG);
      const first = await ask('?limit=1');
      expect(first.hasMore).toBe(true);
      // The process that answers has just read the merchant with one shard, and remembers it.
      await setShards(5);
      for (let shard = 0; shard < 5; shard += 1) {
        await write(outcome(`new_${shard}`, setup.world.time.nowMs + shard), shard);
      }
      // A writer that knows of one shard still writes to it.
      await write(outcome('old_writer', setup.world.time.nowMs + 5), 0);
      const before = await follow(first.nextCursor);
      expect(idsOf(before)).toEqual(['pay_2']);
      pass(LAG + 5);
      expect(idsOf(await follow(before.nextCursor))).toEqual([
        ...['new_0', 'new_1', 'new_2', 'new_3', 'new_4'],
        'old_writer',
      ]);
    });

    it('with writers whose clocks differ by as much as is let pass', async () => {
      // The one that is behind commits last, with the older stamp.
      await write(outcome('ahead', setup.world.time.nowMs + 2 * SECOND));
      pass(3 * SECOND);
      await write(outcome('behind', setup.world.time.nowMs - 2 * SECOND));
      const seen = await watch();
      expect(seen).toEqual(['behind', 'ahead']);
    });

    it('with outcomes that initiators put by transactions of their own, late and in any shard', async () => {
      await setShards(3);
      // A third of the lag from stamp to commit is what such a write is allowed.
      const stampedAtMs = setup.world.time.nowMs;
      pass(5 * SECOND);
      await put('pay_1');
      pass(4.9 * SECOND);
      await write(outcome('outbox_1', stampedAtMs), 2);
      expect(await watch()).toEqual(['outbox_1', 'pay_1']);
    });

    it('with an index that is slow, as long as it shows a write within the lag', async () => {
      setup.indexedAt.set('slow', START_MS + LAG);
      await put('slow');
      pass(SECOND);
      await put('quick');
      const seen = await watch();
      expect(seen).toEqual(['slow', 'quick']);
    });

    it('nor where an index shows a row only later: that is for the audit to find', async () => {
      setup.indexedAt.set('lost', START_MS + LAG + MINUTE);
      await put('lost');
      await put('seen');
      pass(LAG);
      const first = await follow(undefined);
      expect(idsOf(first)).toEqual(['seen']);
      pass(2 * MINUTE);
      expect(idsOf(await follow(first.nextCursor))).toEqual([]);
    });

    it('and never goes back where another machine’s clock is a little behind', async () => {
      await put('pay_1');
      pass(LAG + 5 * SECOND);
      const first = await ask();
      pass(-4 * SECOND);
      const second = await ask(`?cursor=${first.nextCursor}`);
      expect(second.watermark < first.watermark).toBe(true);
      expect(second).toMatchObject({ items: [], hasMore: false, nextCursor: first.nextCursor });
      await put('pay_2');
      await put('pay_3');
      pass(LAG);
      const third = await ask(`?limit=1&cursor=${second.nextCursor}`);
      expect(third.hasMore).toBe(true);
      pass(-4 * SECOND);
      const fourth = await ask(`?cursor=${third.nextCursor}`);
      expect(fourth).toMatchObject({ items: [], hasMore: false, nextCursor: third.nextCursor });
      pass(4 * SECOND);
      expect(idsOf(await ask(`?cursor=${fourth.nextCursor}`))).toEqual(['pay_3']);
    });

    it('for any writers, clocks, shards, commits and indexes within their bounds', async () => {
      const write = fc.record({
        atMs: fc.integer({ min: 0, max: 5 * MINUTE }),
        skewMs: fc.integer({ min: -2 * SECOND, max: 2 * SECOND }),
        commitMs: fc.integer({ min: 0, max: 10 * SECOND }),
        indexMs: fc.integer({ min: 0, max: 15 * SECOND }),
        shard: fc.nat({ max: 7 }),
        isStale: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(write, { maxLength: 40 }),
          fc.array(fc.integer({ min: 0, max: 6 * MINUTE }), { minLength: 2, maxLength: 12 }),
          fc.integer({ min: 1, max: 6 * MINUTE }),
          fc.integer({ min: 1, max: 5 }),
          async (writes, polls, growsAtMs, limit) => {
            await open();
            const steps: { readonly atMs: number; run(): Promise<unknown> }[] = [];
            for (const [index, { atMs, skewMs, commitMs, indexMs, shard, isStale }] of writes.entries()) {
              const one = outcome(`pay_${index}`, START_MS + atMs + skewMs);
              const shards = atMs >= growsAtMs + (isStale ? MINUTE : 0) ? 8 : 2;
              setup.indexedAt.set(one.transactionId, START_MS + atMs + commitMs + indexMs);
              steps.push({
                atMs: atMs + commitMs,
                run: () => setup.world.ports.outcomes.putIfAbsent(one, shard % shards),
              });
            }
            await setShards(2);
            steps.push({ atMs: growsAtMs, run: () => setShards(8) });
            let cursor: string | undefined;
            const seen: string[] = [];
            const given: { readonly watermark: string; readonly seen: readonly string[] }[] = [];
            const poll = async () => {
              const page = await follow(cursor, limit);
              seen.push(...idsOf(page));
              expect(page.items.every(({ listedAt }) => listedAt <= page.watermark)).toBe(true);
              cursor = page.nextCursor;
              given.push({ watermark: page.watermark, seen: [...seen] });
            };
            for (const atMs of polls) steps.push({ atMs, run: poll });
            for (const { atMs, run } of steps.sort((a, b) => a.atMs - b.atMs)) {
              setup.world.time.nowMs = START_MS + atMs;
              await run();
            }
            setup.world.time.nowMs = START_MS + 10 * MINUTE;
            await poll();
            const all = [...setup.world.ports.contents.outcomes.values()];
            expect(new Set(seen).size).toBe(seen.length);
            for (const { watermark, seen: then } of given) {
              const complete = all.filter(({ listedAt = '' }) => listedAt <= watermark);
              expect([...then].sort()).toEqual(complete.map(({ transactionId }) => transactionId).sort());
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });
});
