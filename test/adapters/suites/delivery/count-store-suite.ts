import { describe, expect, it } from 'vitest';
import { ALL, type CountKey } from '../../../../lib/core/counts/count-store.ts';
import { at, endpointId, OTHER, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable, WRITERS } from '../../support/throwaway-table.ts';

const ep1 = endpointId('ep_1');
const key: CountKey = { merchantId: SHOP, endpointId: ep1, hour: at(0) };
const whole: CountKey = { merchantId: ALL, endpointId: ALL, hour: at(0) };
/** Sequence numbers have 21 to 40 digits. */
const seq = (number: number) => String(number).padStart(40, '0');
const counted = (counts: Record<string, number>) => new Map(Object.entries(counts));
const addition = (first: number, last: number, counts: Record<string, number> = { delivered: 1 }) => ({
  key,
  shard: 'a1',
  first: seq(first),
  last: seq(last),
  counts: counted(counts),
});

export function describeCountStore(name: string, open: OpenTable): void {
  describe(`CountStore on ${name}`, () => {
    const table = useTable(open);
    const add = (one: ReturnType<typeof addition>, to: Partial<CountKey> = {}) =>
      table().counts.add({ ...one, key: { ...key, ...to } });
    const rows = (merchantId: CountKey['merchantId'] = SHOP, [from, to] = [at(0), at(3_600)]) =>
      table().counts.rows({ merchantId, from: from ?? '', to: to ?? '' });

    it('adds up every count under its own name', async () => {
      expect(await add(addition(1, 3, { delivered: 2, 'failed#timeout': 1, 'delay#250': 3 }))).toBe(true);
      expect(await add(addition(4, 5, { 'failed#gone': 1, 'failed#timeout': 4 }))).toBe(true);
      expect(await rows()).toEqual([
        {
          ...key,
          counts: counted({ delivered: 2, 'failed#timeout': 5, 'failed#gone': 1, 'delay#250': 3 }),
        },
      ]);
    });

    it('adds nothing that begins at or before the mark', async () => {
      await add(addition(5, 9));
      for (const [first, last] of [
        [1, 4],
        [5, 9],
        [9, 9],
        [8, 12],
      ] as const) {
        expect(await add(addition(first, last))).toBe(false);
      }
      expect(await table().counts.mark(key, 'a1')).toBe(seq(9));
      expect(await add(addition(10, 12))).toBe(true);
      expect((await rows()).map(({ counts }) => counts.get('delivered'))).toEqual([2]);
    });

    it('keeps what changed on a later day in a row of its own, with marks of its own', async () => {
      const moved = { 'state#retrying': -1, 'state#delivered': 1 };
      await add(addition(1, 5, { 'state#retrying': 1, lost: 1, expected: 2 }));
      expect(await add(addition(2, 6, moved), { changedOn: '2026-11-21' })).toBe(true);
      expect(await add(addition(6, 6, moved), { changedOn: '2026-11-21' })).toBe(false);
      expect(await add(addition(6, 6, moved), { changedOn: '2026-11-22' })).toBe(true);
      expect(await rows()).toEqual([
        { ...key, counts: counted({ 'state#retrying': 1, lost: 1, expected: 2 }) },
        { ...key, changedOn: '2026-11-21', counts: counted(moved) },
        { ...key, changedOn: '2026-11-22', counts: counted(moved) },
      ]);
      expect(await table().counts.mark(key, 'a1')).toBe(seq(5));
      expect(await table().counts.mark({ ...key, changedOn: '2026-11-21' }, 'a1')).toBe(seq(6));
    });

    it('compares sequence numbers as numbers', async () => {
      await add(addition(9, 9));
      expect(await add(addition(10, 10))).toBe(true);
      expect(await add(addition(9, 9))).toBe(false);
    });

    it('has a mark for each shard and each row', async () => {
      await add(addition(5, 9));
      expect(await table().counts.mark(key, 'b2')).toBeUndefined();
      expect(await table().counts.mark(whole, 'a1')).toBeUndefined();
      expect(await add({ ...addition(1, 1), shard: 'b2' })).toBe(true);
      expect(await add(addition(1, 1), whole)).toBe(true);
      expect(await add(addition(1, 1), { hour: at(3_600) })).toBe(true);
      expect(await table().counts.mark(key, 'a1')).toBe(seq(9));
      expect((await rows()).map(({ counts }) => counts.get('delivered'))).toEqual([2]);
    });

    it('lets one of twenty add the same records', async () => {
      const results = await atOnce(() => add(addition(1, 4)));
      expect(results.filter((isAdded) => isAdded)).toHaveLength(1);
      expect((await rows()).map(({ counts }) => counts.get('delivered'))).toEqual([1]);
    });

    it('adds the records of twenty shards at once', async () => {
      const results = await atOnce((shard) => add({ ...addition(1, 4), shard: `shard${shard}` }));
      expect(results.every((isAdded) => isAdded)).toBe(true);
      expect((await rows()).map(({ counts }) => counts.get('delivered'))).toEqual([WRITERS]);
    });

    it('lists the hours of a range, by hour and then by endpoint, of one merchant only', async () => {
      const hours = [at(0), at(3_600), at(7_200)];
      for (const hour of hours) {
        await add(addition(1, 1), { hour, endpointId: endpointId('ep_2') });
        await add(addition(1, 1), { hour });
        await add(addition(1, 1), { hour, merchantId: OTHER });
        await add(addition(1, 1), { ...whole, hour });
      }
      const found = await rows(SHOP, [at(0), at(7_200)]);
      expect(found.map((row) => [row.hour, row.endpointId])).toEqual([
        [at(0), 'ep_1'],
        [at(0), 'ep_2'],
        [at(3_600), 'ep_1'],
        [at(3_600), 'ep_2'],
      ]);
      expect(await rows(ALL, [at(3_600), at(7_200)])).toEqual([
        { ...whole, hour: at(3_600), counts: counted({ delivered: 1 }) },
      ]);
      expect(await rows(SHOP, [at(3_600), at(3_600)])).toEqual([]);
    });
  });
}
