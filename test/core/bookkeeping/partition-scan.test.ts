import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import { fallBehind } from '../../../lib/core/bookkeeping/merchant-mark.ts';
import { type Slice, type Walk, walkPartition } from '../../../lib/core/bookkeeping/partition-scan.ts';
import { PARTITIONS } from '../../../lib/core/partitions.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { merchant, profile } from '../../adapters/support/samples.ts';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 300_000;
const START_MS = Date.parse('2026-11-20T08:00:00.000Z');

/** Long enough after the window began that no clock records before it. */
const CREATED_AT = isoTime(START_MS + 10_000);

/** Merchants of one partition, and what was worked on of each. */
async function partitionOf(count: number) {
  const time = { nowMs: START_MS };
  const clock = { now: () => time.nowMs };
  const { merchants, directory } = createMemoryStores({ clock });
  const partition = await fill(count);
  const worked: { readonly merchantId: string; readonly fromMs: number; readonly toMs: number }[] = [];
  const failures: string[] = [];

  async function fill(wanted: number): Promise<number> {
    for (let n = 0; n < wanted * PARTITIONS * 4; n += 1) {
      await merchants.create(profile({ merchantId: merchant(`shop-${n}`), createdAt: CREATED_AT }));
      const full = await Promise.all(
        Array.from({ length: PARTITIONS }, async (_, one) => (await directory.list(one)).length),
      );
      const found = full.findIndex((length) => length >= wanted);
      if (found >= 0) return found;
    }
    return 0;
  }

  async function walk(
    readyUntilMs: number,
    work: (merchantId: string, slice: Slice) => number | Promise<number> = (_, { toMs }) => toMs,
    { deadlineMs = Number.POSITIVE_INFINITY, windowSeconds = 300 } = {},
  ): Promise<number> {
    const options: Walk = {
      partition,
      mark: 'closed',
      marked: await directory.mark(partition, 'closed'),
      readyUntilMs,
      windowSeconds,
      deadlineMs,
      work: async ({ merchantId }, slice) => {
        worked.push({ merchantId, fromMs: slice.fromMs, toMs: slice.toMs });
        return work(merchantId, slice);
      },
      onFailure: (_, reason) => void failures.push(reason),
    };
    return walkPartition({ directory, clock }, options);
  }
  const ids = async () => (await directory.list(partition)).map(({ merchantId }) => merchantId as string);
  const marks = async () =>
    new Map(
      (await directory.list(partition)).map(({ merchantId, own }) => [merchantId, own.closed.open?.through]),
    );
  return { time, directory, partition, worked, failures, walk, ids, marks };
}

describe('walking along the merchants of a partition', () => {
  it('processes every merchant once, up to what is due and no further', async () => {
    const { walk, worked, ids, directory, partition } = await partitionOf(5);
    expect(await walk(START_MS + 2 * WINDOW_MS)).toBe(START_MS + 2 * WINDOW_MS);
    expect(await walk(START_MS + 2 * WINDOW_MS)).toBe(START_MS + 2 * WINDOW_MS);
    expect(worked.map(({ merchantId }) => merchantId).sort()).toEqual(await ids());
    expect((await directory.mark(partition, 'closed'))?.through).toBe(isoTime(START_MS + 2 * WINDOW_MS));
  });

  it('marks a partition without merchants too, so that the length of windows is settled there', async () => {
    const { walk, directory, partition } = await partitionOf(0);
    await walk(START_MS);
    expect(await directory.mark(partition, 'closed')).toEqual({
      through: isoTime(START_MS),
      windowSeconds: 300,
    });
  });

  it('gives who failed a mark of its own and goes on with the others; later it makes up for it alone', async () => {
    const { walk, worked, failures, ids, marks } = await partitionOf(3);
    const [bad = ''] = await ids();
    const least = await walk(START_MS + WINDOW_MS, (merchantId, { toMs }) => {
      if (merchantId === bad) throw new Error('its rows cannot be read');
      return toMs;
    });
    expect(least).toBe(START_MS);
    expect(failures).toEqual(['Error: its rows cannot be read']);
    expect([...(await marks()).values()].filter((mark) => mark !== undefined)).toEqual([isoTime(START_MS)]);
    worked.length = 0;
    expect(await walk(START_MS + WINDOW_MS)).toBe(START_MS + WINDOW_MS);
    expect(worked).toEqual([{ merchantId: bad, fromMs: START_MS, toMs: START_MS + WINDOW_MS }]);
    expect([...(await marks()).values()].filter((mark) => mark !== undefined)).toEqual([]);
  });

  it('catches up an hour at a time, the partition as well as one merchant, and keeps what it got to', async () => {
    const { walk, worked, ids, marks } = await partitionOf(2);
    const [slow = ''] = await ids();
    const failing = (merchantId: string, { toMs, fromMs }: Slice) => (merchantId === slow ? fromMs : toMs);
    expect(await walk(START_MS + 3 * HOUR_MS, failing)).toBe(START_MS);
    await walk(START_MS + 3 * HOUR_MS, failing);
    await walk(START_MS + 3 * HOUR_MS, failing);
    expect((await marks()).get(slow as never)).toBe(isoTime(START_MS));
    worked.length = 0;
    for (let hour = 1; hour <= 3; hour += 1) {
      expect(await walk(START_MS + 3 * HOUR_MS)).toBe(START_MS + hour * HOUR_MS);
    }
    expect(worked.map(({ merchantId, fromMs }) => [merchantId, (fromMs - START_MS) / HOUR_MS])).toEqual([
      [slow, 0],
      [slow, 1],
      [slow, 2],
    ]);
  });

  it.each([1, 2, 4, 5, 9, 10, 60, 300, 3_600])(
    'gets further in each minute than time does, also with windows of %i seconds',
    async (windowSeconds) => {
      const { walk } = await partitionOf(1);
      const windowMs = windowSeconds * 1_000;
      const readyUntilMs = START_MS + 24 * HOUR_MS;
      const first = await walk(readyUntilMs, undefined, { windowSeconds });
      expect((await walk(readyUntilMs, undefined, { windowSeconds })) - first).toBeGreaterThanOrEqual(
        9 * 60_000,
      );
      expect((first - START_MS) % windowMs).toBe(0);
    },
  );

  it('keeps what a merchant got to within its slice', async () => {
    const { walk, ids, marks } = await partitionOf(1);
    const [one = ''] = await ids();
    await walk(START_MS + 3 * WINDOW_MS, () => START_MS + WINDOW_MS);
    expect((await marks()).get(one as never)).toBe(isoTime(START_MS + WINDOW_MS));
    await walk(START_MS + 3 * WINDOW_MS, () => START_MS + 2 * WINDOW_MS);
    expect((await marks()).get(one as never)).toBe(isoTime(START_MS + 2 * WINDOW_MS));
  });

  it('reaches every merchant, even if each run does little before its deadline', async () => {
    const { time, walk, worked, ids } = await partitionOf(12);
    const readyUntilMs = START_MS + WINDOW_MS;
    let runs = 0;
    while ((await walk(readyUntilMs, tick, { deadlineMs: time.nowMs + 1 })) < readyUntilMs) {
      runs += 1;
      expect(runs).toBeLessThan(12);
    }
    expect(new Set(worked.map(({ merchantId }) => merchantId))).toEqual(new Set(await ids()));
    expect(worked).toHaveLength(12);

    function tick(_: string, { toMs }: Slice): number {
      time.nowMs += 1;
      return toMs;
    }
  });

  it('begins no later than the partition does, of a merchant that was set back to a time ahead of it', async () => {
    const { walk, worked, directory, ids } = await partitionOf(1);
    const [one = ''] = await ids();
    await walk(START_MS + WINDOW_MS);
    await fallBehind(directory, {
      merchantId: merchant(one),
      mark: 'closed',
      through: isoTime(START_MS + 2 * WINDOW_MS),
      until: isoTime(START_MS + 3 * WINDOW_MS),
    });
    worked.length = 0;
    await walk(START_MS + 3 * WINDOW_MS);
    expect(worked).toEqual([
      { merchantId: one, fromMs: START_MS + WINDOW_MS, toMs: START_MS + 3 * WINDOW_MS },
    ]);
  });

  it('leaves what it did not reach to the run that overtook it and failed', async () => {
    const { walk, worked, directory, ids, marks } = await partitionOf(1);
    const [one = ''] = await ids();
    const { list } = directory;
    // While it lists the merchants, a later run fails to work on them, and moves the partition's mark on.
    directory.list = async (partition) => {
      directory.list = list;
      await walk(START_MS + 3 * WINDOW_MS, () => START_MS + WINDOW_MS);
      return list(partition);
    };
    await walk(START_MS + WINDOW_MS);
    expect((await marks()).get(one as never)).toBe(isoTime(START_MS + WINDOW_MS));
    worked.length = 0;
    expect(await walk(START_MS + 3 * WINDOW_MS)).toBe(START_MS + 3 * WINDOW_MS);
    expect(worked).toEqual([
      { merchantId: one, fromMs: START_MS + WINDOW_MS, toMs: START_MS + 3 * WINDOW_MS },
    ]);
    expect((await marks()).get(one as never)).toBeUndefined();
  });

  it('shows each merchant the group that it is worked on with: at most 100 windows, in their order, each once', async () => {
    const { walk, ids, directory, partition } = await partitionOf(12);
    await directory.saveMark(partition, 'closed', { through: isoTime(START_MS), windowSeconds: 300 });
    const groups = new Map<Slice['group'], string[]>();
    await walk(START_MS + 12 * WINDOW_MS, (merchantId, { group, toMs }) => {
      groups.set(group, [...(groups.get(group) ?? []), merchantId]);
      return toMs;
    });
    const spans = [...groups.keys()].flat();
    expect([...groups.keys()].map(({ length }) => length)).toEqual([8, 4]);
    expect(spans.map(({ merchantId }) => merchantId as string)).toEqual(await ids());
    for (const [group, worked] of groups) {
      expect(worked.toSorted()).toEqual(group.map(({ merchantId }) => merchantId as string).toSorted());
      for (const { fromMs, toMs } of group) expect(toMs - fromMs).toBe(12 * WINDOW_MS);
    }
  });

  it('does not divide a merchant that waits for more windows than a group may have', async () => {
    const { walk, directory, partition } = await partitionOf(2);
    const through = isoTime(START_MS);
    await directory.saveMark(partition, 'closed', { through, windowSeconds: 1 });
    const groups = new Set<Slice['group']>();
    const work = (_: string, { group, toMs }: Slice) => {
      groups.add(group);
      return toMs;
    };
    await walk(START_MS + 600_000, work, { windowSeconds: 1 });
    expect([...groups].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('leaves the partition where it is when a mark cannot be written', async () => {
    const { walk, directory, partition } = await partitionOf(2);
    const { changeOwnMark } = directory;
    directory.changeOwnMark = () => Promise.reject(new Error('the table is away'));
    await expect(walk(START_MS + WINDOW_MS, () => START_MS)).rejects.toThrow('the table is away');
    expect(await directory.mark(partition, 'closed')).toBeUndefined();
    directory.changeOwnMark = changeOwnMark;
    expect(await walk(START_MS + WINDOW_MS)).toBe(START_MS + WINDOW_MS);
  });
});
