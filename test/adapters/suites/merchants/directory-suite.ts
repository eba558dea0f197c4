import { describe, expect, it } from 'vitest';
import { fallBehind } from '../../../../lib/core/bookkeeping/merchant-mark.ts';
import type { DirectoryEntry, Stretch } from '../../../../lib/core/merchants/directory.ts';
import { PARTITIONS, partitionOf } from '../../../../lib/core/partitions.ts';
import { at, merchant, OTHER, profile, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable, WRITERS } from '../../support/throwaway-table.ts';

const NOTHING = { closed: { rev: 0 }, audited: { rev: 0 }, stated: { rev: 0 } };
/** The settings of a merchant as it is created here. */
const SETTINGS = { feedShards: 1, timeZone: 'UTC', rev: 1, at: expect.any(String) };
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
      const expected = ids.map((merchantId, index) => ({
        merchantId,
        createdAt: at(index),
        settings: SETTINGS,
        own: NOTHING,
      }));
      expect(entries).toHaveLength(60);
      expect(entries).toEqual(expect.arrayContaining(expected));
      const partitions = await Promise.all(ALL.map((partition) => table().directory.list(partition)));
      expect(partitions.filter((entriesOfOne) => entriesOfOne.length > 0).length).toBeGreaterThan(8);
    });

    it('lists a merchant as it was first created, also after attempts to create it again', async () => {
      await table().merchants.create(profile({ createdAt: at(1) }));
      await table().merchants.create(profile({ createdAt: at(2) }));
      expect(await list()).toEqual([
        { merchantId: SHOP, createdAt: at(1), settings: SETTINGS, own: NOTHING },
      ]);
    });

    it('lists an erased merchant as erased, beside the others', async () => {
      await table().merchants.create(profile());
      await table().merchants.create(profile({ merchantId: OTHER }));
      const tombstone = { merchantId: SHOP, erasedAt: at(7), erasedFeedShards: 1, rev: 2 };
      await table().merchants.erase(tombstone, 1);
      expect(await entryOf(SHOP)).toMatchObject({ merchantId: SHOP, erasedAt: at(7), own: NOTHING });
      expect(await table().directory.entry(SHOP)).toMatchObject({ erasedAt: at(7) });
      expect(await entryOf(OTHER)).not.toHaveProperty('erasedAt');
    });

    it('lists the settings that the walks need, as the profile has them since the same write', async () => {
      await table().merchants.create(profile({ feedShards: 2, timeZone: 'Asia/Shanghai' }));
      const { directory, merchants } = table();
      const settings = async () => (await directory.entry(SHOP))?.settings;
      expect(await settings()).toEqual({ ...SETTINGS, feedShards: 2, timeZone: 'Asia/Shanghai' });
      expect(await merchants.saveProfile(profile({ feedShards: 4, rev: 3 }), 2)).toBe(false);
      expect(await settings()).toMatchObject({ feedShards: 2, rev: 1 });
      expect(await merchants.saveProfile(profile({ feedShards: 4, rev: 2 }), 1)).toBe(true);
      expect(await settings()).toEqual({ ...SETTINGS, feedShards: 4, rev: 2 });
      expect(await directory.list(partitionOf(SHOP), 'recent')).toMatchObject([{ merchantId: SHOP }]);
    });

    it('keeps the settings of the newest profile, and the marks beside them', async () => {
      await table().merchants.create(profile());
      const { directory } = table();
      await fallBehind(directory, { merchantId: SHOP, mark: 'closed', through: at(300), until: at(600) });
      const entry = async () => directory.entry(SHOP);
      const { own } = (await entry()) ?? {};
      const keep = (rev: number, feedShards: number) =>
        directory.keepSettings({ merchantId: SHOP, feedShards, timeZone: 'UTC', rev });
      await keep(3, 8);
      await keep(2, 4);
      await keep(3, 16);
      expect(await entry()).toMatchObject({ settings: { feedShards: 8, rev: 3 }, own });
      await directory.keepSettings({ merchantId: OTHER, feedShards: 2, timeZone: 'UTC', rev: 9 });
      expect(await directory.entry(OTHER)).toBeUndefined();
    });

    it('reads one merchant’s row, which lies in the partition of its id', async () => {
      await table().merchants.create(profile({ createdAt: at(1) }));
      await table().merchants.create(profile({ merchantId: OTHER }));
      await fallBehind(table().directory, {
        merchantId: SHOP,
        mark: 'closed',
        through: at(300),
        until: at(600),
      });
      const entry = await table().directory.entry(SHOP);
      const own = { closed: { open: { through: at(300), until: at(600) } }, audited: { rev: 0 } };
      expect(entry).toMatchObject({ merchantId: SHOP, createdAt: at(1), own });
      expect(await table().directory.list(partitionOf(SHOP))).toContainEqual(entry);
      expect(await table().directory.entry(merchant('nobody'))).toBeUndefined();
    });

    it('knows no mark at first', async () => {
      expect(await table().directory.mark(3, 'closed')).toBeUndefined();
      expect(await table().directory.mark(3, 'audited')).toBeUndefined();
      expect(await table().directory.mark(3, 'stated')).toBeUndefined();
    });

    it('reads the marks of several partitions together, and tells which there are not', async () => {
      const { directory } = table();
      await directory.saveMark(3, 'closed', { through: at(600), windowSeconds: 300 });
      await directory.saveMark(3, 'audited', { through: at(300), reached: at(0) });
      await directory.saveMark(15, 'stated', { through: at(900) });
      const marks = await directory.marks(ALL, ['closed', 'audited', 'stated']);
      expect(marks.of(3, 'closed')).toEqual({ through: at(600), windowSeconds: 300 });
      expect(marks.of(3, 'audited')).toEqual({ through: at(300), reached: at(0) });
      expect(marks.of(15, 'stated')).toEqual({ through: at(900) });
      expect([marks.of(3, 'stated'), marks.of(4, 'closed'), marks.of(15, 'audited')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });

    it('keeps marks as they were read', async () => {
      const { directory } = table();
      await directory.saveMark(3, 'audited', { through: at(300) });
      const marks = await directory.marks([3], ['audited']);
      await directory.saveMark(3, 'audited', { through: at(600) });
      expect(marks.of(3, 'audited')).toEqual({ through: at(300) });
    });

    it('never moves the closed mark back, and keeps the first length of windows for good', async () => {
      const save = (seconds: number, windowSeconds: number) =>
        table().directory.saveMark(3, 'closed', { through: at(seconds), windowSeconds });
      await save(300, 300);
      expect(await table().directory.mark(3, 'closed')).toEqual({ through: at(300), windowSeconds: 300 });
      await save(600, 60);
      expect(await table().directory.mark(3, 'closed')).toEqual({ through: at(600), windowSeconds: 300 });
      await save(300, 60);
      expect(await table().directory.mark(3, 'closed')).toEqual({ through: at(600), windowSeconds: 300 });
      expect(await table().directory.mark(4, 'closed')).toBeUndefined();
    });

    it.each(['closed', 'audited', 'stated'] as const)(
      'says with the %s mark who is behind, and then that nobody is',
      async (name) => {
        const { directory } = table();
        const windows = name === 'closed' ? { windowSeconds: 300 } : {};
        const save = (mark: { through: string; reached?: string }) =>
          directory.saveMark(3, name, { ...mark, windowSeconds: 300 });
        await save({ through: at(600), reached: at(300) });
        expect(await directory.mark(3, name)).toEqual({ through: at(600), reached: at(300), ...windows });
        await save({ through: at(600), reached: at(0) });
        expect(await directory.mark(3, name)).toMatchObject({ reached: at(300) });
        await save({ through: at(900) });
        expect(await directory.mark(3, name)).toEqual({ through: at(900), ...windows });
      },
    );

    it('never moves the audited mark back', async () => {
      await table().directory.saveMark(3, 'audited', { through: at(600) });
      await table().directory.saveMark(3, 'audited', { through: at(300) });
      expect(await table().directory.mark(3, 'audited')).toEqual({ through: at(600) });
      await table().directory.saveMark(3, 'audited', { through: at(900) });
      expect(await table().directory.mark(3, 'audited')).toEqual({ through: at(900) });
      expect(await table().directory.mark(4, 'audited')).toBeUndefined();
      expect(await table().directory.mark(3, 'closed')).toBeUndefined();
    });

    it('never moves the stated mark back, and keeps it apart from the audited one', async () => {
      await table().directory.saveMark(3, 'audited', { through: at(1_200) });
      await table().directory.saveMark(3, 'stated', { through: at(600) });
      await table().directory.saveMark(3, 'stated', { through: at(300) });
      expect(await table().directory.mark(3, 'stated')).toEqual({ through: at(600) });
      await table().directory.saveMark(3, 'stated', { through: at(900) });
      expect(await table().directory.mark(3, 'stated')).toEqual({ through: at(900) });
      expect(await table().directory.mark(3, 'audited')).toEqual({ through: at(1_200) });
      expect(await table().directory.mark(4, 'stated')).toBeUndefined();
    });

    it('keeps the length of windows with the closed mark alone', async () => {
      const mark = { through: at(300), windowSeconds: 900 };
      for (const name of ['closed', 'audited', 'stated'] as const) {
        await table().directory.saveMark(3, name, mark);
      }
      expect(await table().directory.mark(3, 'closed')).toStrictEqual(mark);
      expect(await table().directory.mark(3, 'audited')).toStrictEqual({ through: at(300) });
      expect(await table().directory.mark(3, 'stated')).toStrictEqual({ through: at(300) });
    });

    it('keeps the latest of twenty marks, in any order of arrival', async () => {
      await atOnce(async (writer) => {
        const through = at(((writer * 7) % WRITERS) * 300);
        await table().directory.saveMark(3, 'closed', { through, windowSeconds: 300 });
        await table().directory.saveMark(3, 'audited', { through });
      });
      const latest = at((WRITERS - 1) * 300);
      expect(await table().directory.mark(3, 'closed')).toEqual({ through: latest, windowSeconds: 300 });
      expect(await table().directory.mark(3, 'audited')).toEqual({ through: latest });
    });

    it('lists no marks among the merchants', async () => {
      for (const partition of ALL) {
        await table().directory.saveMark(partition, 'closed', { through: at(0), windowSeconds: 300 });
        await table().directory.saveMark(partition, 'audited', { through: at(0) });
        await table().directory.saveMark(partition, 'stated', { through: at(0) });
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

      const behind = (from: number, until: number, merchantId = SHOP) =>
        fallBehind(table().directory, { merchantId, mark, through: at(from), until: at(until) });

      it('is all that was ever left open, and is raised also by what it holds already', async () => {
        await table().merchants.create(profile());
        await behind(600, 900);
        await behind(900, 1_200);
        expect(await own()).toEqual({ open: { through: at(600), until: at(1_200) }, rev: 2 });
        await behind(300, 600);
        await behind(600, 900);
        expect(await own()).toEqual({ open: { through: at(300), until: at(1_200) }, rev: 4 });
      });

      it('is changed and removed only on its latest revision', async () => {
        await table().merchants.create(profile());
        const [first, later] = [
          { through: at(300), until: at(600) },
          { through: at(900), until: at(1_200) },
        ];
        const change = (seen: DirectoryEntry, open: Stretch | undefined) =>
          table().directory.changeOwnMark(seen, mark, open);
        const blank = await entry();
        expect(await change(blank, first)).toBe(true);
        expect([await change(blank, later), await change(blank, undefined)]).toEqual([false, false]);
        expect(await own()).toEqual({ open: first, rev: 1 });
        expect(await change(await entry(), later)).toBe(true);
        expect(await own()).toEqual({ open: later, rev: 2 });
        const old = await entry();
        expect(await change(old, undefined)).toBe(true);
        expect(await change(old, first)).toBe(false);
        expect(await own()).toStrictEqual({ rev: 3 });
      });

      it('covers everything that five concurrent runs left open', async () => {
        await table().merchants.create(profile());
        await Promise.all(Array.from({ length: 5 }, (_, n) => behind(n * 300, (n + 2) * 300)));
        expect(await own()).toEqual({ open: { through: at(0), until: at(1_800) }, rev: 5 });
      });

      it('is its own, and makes no merchant', async () => {
        await table().merchants.create(profile());
        await table().merchants.create(profile({ merchantId: OTHER }));
        const listed = await entry();
        await behind(300, 600);
        const other = { merchantId: OTHER, createdAt: at(0), settings: SETTINGS, own: NOTHING };
        expect(await entryOf(OTHER)).toStrictEqual(other);
        expect(await entry()).toMatchObject({
          own: { ...NOTHING, [mark]: { open: { through: at(300), until: at(600) }, rev: 1 } },
        });
        await behind(300, 600, merchant('nobody'));
        const nobody = { ...listed, merchantId: merchant('nobody') };
        expect(await table().directory.changeOwnMark(nobody, mark, undefined)).toBe(false);
        expect(await list()).toHaveLength(2);
      });
    });
  });
}
