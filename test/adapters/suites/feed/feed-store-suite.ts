import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedKey } from '../../../../lib/core/feed/order.ts';
import type { Outcome } from '../../../../lib/core/model.ts';
import { anyOutcome } from '../../support/arbitraries.ts';
import { at, OTHER, pending, SHOP, succeeded, transaction } from '../../support/samples.ts';
import { allPages, from, type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeFeedStore(name: string, open: OpenTable): void {
  describe(`FeedStore on ${name}`, () => {
    const table = useTable(open);
    const write = (outcome: Outcome, shard = 0) => table().outcomes.putIfAbsent(outcome, shard);
    const read = (
      range: { from?: string; to?: string; after?: FeedKey; shard?: number; limit?: number } = {},
    ) =>
      allPages(async (cursor) => {
        const { limit = 10 } = range;
        const page = await table().feed.page({
          merchantId: SHOP,
          shard: 0,
          from: at(0),
          to: at(3_600),
          limit,
          ...range,
          ...from(cursor),
        });
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        return page;
      });
    const ids = (rows: readonly Outcome[]) => rows.map(({ transactionId }) => transactionId);

    it('lists from `from`, inclusive, to `to`, exclusive', async () => {
      for (const seconds of [9.999, 10, 10.001, 19.999, 20]) {
        await write(succeeded({ transactionId: `at_${seconds * 1000}`, listedAt: at(seconds) }));
      }
      expect(ids(await read({ from: at(10), to: at(20) }))).toEqual(['at_10000', 'at_10001', 'at_19999']);
      expect(await read({ from: at(10), to: at(10) })).toEqual([]);
      expect(await read({ from: at(20), to: at(10) })).toEqual([]);
    });

    it('counts from `from`, inclusive, to `to`, exclusive, in one shard of one merchant', async () => {
      for (const seconds of [9.999, 10, 10.001, 19.999, 20]) {
        await write(succeeded({ transactionId: `at_${seconds * 1000}`, listedAt: at(seconds) }));
      }
      await write(succeeded({ transactionId: 'elsewhere', listedAt: at(11) }), 1);
      await write(succeeded({ transactionId: 'theirs', merchantId: OTHER, listedAt: at(11) }));
      const count = (fromSeconds: number, toSeconds: number, most = 1_000) =>
        table().feed.count({ merchantId: SHOP, shard: 0, from: at(fromSeconds), to: at(toSeconds), most });
      expect(await count(10, 20)).toBe(3);
      expect(await count(0, 60)).toBe(5);
      expect(await count(10, 10)).toBe(0);
      expect(await count(20, 10)).toBe(0);
      expect(await count(0, 60, 2)).toBeGreaterThanOrEqual(2);
    });

    it('lists by listing time and then by id, in any order of writes', async () => {
      const order = [
        succeeded({ transactionId: 'b', listedAt: at(1) }),
        succeeded({ transactionId: 'a', listedAt: at(2) }),
        succeeded({ transactionId: 'c', listedAt: at(2) }),
        succeeded({ transactionId: 'A', listedAt: at(2.001) }),
      ];
      for (const outcome of order.toReversed()) await write(outcome);
      expect(ids(await read())).toEqual(['b', 'a', 'c', 'A']);
    });

    it('gives everything page by page, once, although more is written meanwhile', async () => {
      for (let index = 0; index < 25; index += 1) {
        await write(succeeded({ transactionId: `pay_${index}`, listedAt: at(10 + (index % 4)) }));
      }
      let late = 0;
      const rows = await allPages(async (cursor) => {
        const page = await table().feed.page({
          merchantId: SHOP,
          shard: 0,
          from: at(0),
          to: at(60),
          limit: 4,
          ...from(cursor),
        });
        // Before the page that was given, and behind all of them.
        late += 1;
        if (late < 4) await write(succeeded({ transactionId: `early_${late}`, listedAt: at(1) }));
        if (late < 4) await write(succeeded({ transactionId: `late_${late}`, listedAt: at(50) }));
        return page;
      });
      expect(ids(rows).filter((id) => id.startsWith('pay_'))).toHaveLength(25);
      expect(ids(rows).filter((id) => id.startsWith('late_'))).toHaveLength(3);
      expect(ids(rows).filter((id) => id.startsWith('early_'))).toHaveLength(0);
      expect(new Set(ids(rows)).size).toBe(rows.length);
    });

    it('continues after any outcome of any shard, also if it is gone', async () => {
      const order = [
        succeeded({ transactionId: 'a', listedAt: at(1) }),
        succeeded({ transactionId: 'a-1', listedAt: at(1) }),
        succeeded({ transactionId: 'a', version: 2, listedAt: at(2) }),
        succeeded({ transactionId: 'a:1', listedAt: at(2) }),
        succeeded({ transactionId: 'b', listedAt: at(3) }),
      ];
      for (const outcome of order) await write(outcome);
      const behind = async (key: object, range: object = {}) => {
        const after = succeeded(key) as FeedKey;
        return (await read({ limit: 2, ...range, after })).map(({ transactionId, version }) => [
          transactionId,
          version,
        ]);
      };
      const all = order.map(({ transactionId, version }) => [transactionId, version]);
      for (const [index, key] of order.entries()) expect(await behind(key)).toEqual(all.slice(index + 1));
      expect(await behind({ transactionId: 'a', listedAt: at(0.999) })).toEqual(all);
      expect(await behind({ transactionId: 'a', version: 1, listedAt: at(2) })).toEqual(all.slice(2));
      expect(await behind({ transactionId: 'zzz', listedAt: at(1) })).toEqual(all.slice(2));
      expect(await behind({ transactionId: 'zzz', listedAt: at(9) })).toEqual([]);
      // `from` and `to` still hold.
      expect(await behind({ transactionId: 'a', listedAt: at(1) }, { from: at(2), to: at(3) })).toEqual(
        all.slice(2, 4),
      );
      expect(await behind({ transactionId: 'zzz', listedAt: at(5) }, { to: at(3) })).toEqual([]);
    });

    it('shows what a receiver may see, without metadata and callback URL', async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(anyOutcome, async (any) => {
          count += 1;
          const listedAt = at(10_000 + count);
          const transactionId = transaction(`pay_${count}`);
          const outcome: Outcome = {
            ...any,
            merchantId: SHOP,
            transactionId,
            ...(any.status !== 'PENDING' && { listedAt }),
          };
          await write(outcome);
          const rows = await read({ from: listedAt, to: at(10_000.5 + count) });
          const { metadata: _metadata, notifyUrl: _url, ...shown } = outcome;
          expect(rows).toStrictEqual(outcome.status === 'PENDING' ? [] : [shown]);
        }),
        { numRuns: 40 },
      );
    });

    it('does not list PENDING, and lists what follows it', async () => {
      await write(pending());
      expect(await read()).toEqual([]);
      await write(succeeded({ version: 2, listedAt: at(5) }));
      expect(await read()).toEqual([succeeded({ version: 2, listedAt: at(5) })]);
    });

    it("lists no other merchant's, nor one whose name only begins so", async () => {
      await write(succeeded({ merchantId: OTHER }));
      await write(succeeded({ merchantId: `${SHOP}-2` }));
      expect(await read()).toEqual([]);
    });

    it('lists an outcome in the shard in which it was written, and in no other', async () => {
      await write(succeeded({ transactionId: 'zero' }), 0);
      await write(succeeded({ transactionId: 'three' }), 3);
      expect(ids(await read({ shard: 0 }))).toEqual(['zero']);
      expect(ids(await read({ shard: 3 }))).toEqual(['three']);
      expect(ids(await read({ shard: 1 }))).toEqual([]);
    });
  });
}
