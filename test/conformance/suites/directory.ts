import { describe, expect, it } from 'vitest';
import { PARTITIONS, partitionOf } from '../../../lib/core/partitions.ts';
import { at, merchant, OTHER, profile, SHOP } from '../support/samples.ts';
import { atOnce, type OpenTable, useTable, WRITERS } from '../support/table.ts';

const NOTHING = { closed: { failures: 0 }, audited: { failures: 0 }, stated: { failures: 0 } };
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

export function describeDirectory(name: string, open: OpenTable): void {
  describe(`Directory on ${name}`, () => {
    const table = useTable(open);
    const list = async () =>
      (await Promise.all(ALL.map((partition) => table().directory.list(partition)))).flat();
    const entryOf = async (merchantId: string) =>
      (await list()).find((entry) => entry.merchantId === merchantId);

    it('lists every merchant once, spread, with its creation, from its first moment', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => merchant(`shop-${index}`));
      for (const [index, merchantId] of ids.entries()) {
        await table().merchants.create(profile({ merchantId, createdAt: at(index) }));
      }
      const entries = await list();
      const expected = ids.map((merchantId, index) => ({ merchantId, createdAt: at(index), own: NOTHING }));
      expect(entries).toHaveLength(60);
      expect(entries).toEqual(expect.arrayContaining(expected));
      const partitions = await Promise.all(ALL.map((partition) => table().directory.list(partition)));
      expect(partitions.filter((entriesOfOne) => entriesOfOne.length > 0).length).toBeGreaterThan(8);
    });

    it('lists a merchant as it was created, whoever tried to create it again', async () => {
      await table().merchants.create(profile({ createdAt: at(1) }));
      await table().merchants.create(profile({ createdAt: at(2) }));
      expect(await list()).toEqual([{ merchantId: SHOP, createdAt: at(1), own: NOTHING }]);
    });

    it('reads one merchant’s row, which lies in the partition of its id', async () => {
      await table().merchants.create(profile({ createdAt: at(1) }));
      await table().merchants.create(profile({ merchantId: OTHER }));
      await table().directory.saveOwnMark(SHOP, 'closed', at(300));
      const entry = await table().directory.entry(SHOP);
      const own = { closed: { through: at(300) }, audited: { failures: 0 } };
      expect(entry).toMatchObject({ merchantId: SHOP, createdAt: at(1), own });
      expect(await table().directory.list(partitionOf(SHOP))).toContainEqual(entry);
      expect(await table().directory.entry(merchant('nobody'))).toBeUndefined();
    });

    it('knows no mark at first', async () => {
      expect(await table().directory.closed(3)).toBeUndefined();
      expect(await table().directory.audited(3)).toBeUndefined();
      expect(await table().directory.stated(3)).toBeUndefined();
    });

    it('never moves the closed mark back, and keeps the first length of windows for good', async () => {
      const save = (seconds: number, windowSeconds: number) =>
        table().directory.saveClosed(3, { closedThrough: at(seconds), windowSeconds });
      await save(300, 300);
      expect(await table().directory.closed(3)).toEqual({ closedThrough: at(300), windowSeconds: 300 });
      await save(600, 60);
      expect(await table().directory.closed(3)).toEqual({ closedThrough: at(600), windowSeconds: 300 });
      await save(300, 60);
      expect(await table().directory.closed(3)).toEqual({ closedThrough: at(600), windowSeconds: 300 });
      expect(await table().directory.closed(4)).toBeUndefined();
    });

    it('never moves the audited mark back', async () => {
      await table().directory.saveAudited(3, at(600));
      await table().directory.saveAudited(3, at(300));
      expect(await table().directory.audited(3)).toBe(at(600));
      await table().directory.saveAudited(3, at(900));
      expect(await table().directory.audited(3)).toBe(at(900));
      expect(await table().directory.audited(4)).toBeUndefined();
      expect(await table().directory.closed(3)).toBeUndefined();
    });

    it('never moves the stated mark back, and keeps it apart from the audited one', async () => {
      await table().directory.saveAudited(3, at(1_200));
      await table().directory.saveStated(3, at(600));
      await table().directory.saveStated(3, at(300));
      expect(await table().directory.stated(3)).toBe(at(600));
      await table().directory.saveStated(3, at(900));
      expect(await table().directory.stated(3)).toBe(at(900));
      expect(await table().directory.audited(3)).toBe(at(1_200));
      expect(await table().directory.stated(4)).toBeUndefined();
    });

    it('lets the latest of twenty marks stand, whichever came last', async () => {
      await atOnce(async (writer) => {
        const through = at(((writer * 7) % WRITERS) * 300);
        await table().directory.saveClosed(3, { closedThrough: through, windowSeconds: 300 });
        await table().directory.saveAudited(3, through);
      });
      const latest = at((WRITERS - 1) * 300);
      expect(await table().directory.closed(3)).toEqual({ closedThrough: latest, windowSeconds: 300 });
      expect(await table().directory.audited(3)).toBe(latest);
    });

    it('lists no marks among the merchants', async () => {
      for (const partition of ALL) {
        await table().directory.saveClosed(partition, { closedThrough: at(0), windowSeconds: 300 });
        await table().directory.saveAudited(partition, at(0));
        await table().directory.saveStated(partition, at(0));
      }
      expect(await list()).toEqual([]);
    });

    describe.each(['closed', 'audited', 'stated'] as const)("a merchant's own %s mark", (mark) => {
      const entry = async () => {
        const found = await entryOf(SHOP);
        if (found === undefined) throw new Error('the merchant is not listed');
        return found;
      };
      const own = async () => (await entry()).own[mark];

      it('is the earliest that was set, and counts every failure', async () => {
        await table().merchants.create(profile());
        await table().directory.saveOwnMark(SHOP, mark, at(600));
        await table().directory.saveOwnMark(SHOP, mark, at(900));
        expect(await own()).toEqual({ through: at(600), failures: 2 });
        await table().directory.saveOwnMark(SHOP, mark, at(300));
        expect(await own()).toEqual({ through: at(300), failures: 3 });
      });

      it('is moved and taken away by whoever has seen the last failure, and by nobody else', async () => {
        await table().merchants.create(profile());
        await table().directory.saveOwnMark(SHOP, mark, at(300));
        const old = await entry();
        await table().directory.saveOwnMark(SHOP, mark, at(600));
        await table().directory.moveOwnMark(old, mark, undefined);
        await table().directory.moveOwnMark(old, mark, at(900));
        expect(await own()).toEqual({ through: at(300), failures: 2 });
        await table().directory.moveOwnMark(await entry(), mark, at(900));
        expect(await own()).toEqual({ through: at(900), failures: 2 });
        await table().directory.moveOwnMark(await entry(), mark, undefined);
        expect(await own()).toStrictEqual({ failures: 2 });
        await table().directory.moveOwnMark(await entry(), mark, at(900));
        expect(await own()).toStrictEqual({ failures: 2 });
      });

      it('is its own, and makes no merchant', async () => {
        await table().merchants.create(profile());
        await table().merchants.create(profile({ merchantId: OTHER }));
        await table().directory.saveOwnMark(SHOP, mark, at(300));
        expect(await entryOf(OTHER)).toStrictEqual({ merchantId: OTHER, createdAt: at(0), own: NOTHING });
        expect(await entry()).toMatchObject({
          own: { ...NOTHING, [mark]: { through: at(300), failures: 1 } },
        });
        await table().directory.saveOwnMark(merchant('nobody'), mark, at(300));
        expect(await list()).toHaveLength(2);
      });
    });
  });
}
