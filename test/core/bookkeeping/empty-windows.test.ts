import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import { skipEmptyWindows } from '../../../lib/core/bookkeeping/empty-windows.ts';
import { unreadableRowFault } from '../../../lib/core/faults.ts';
import type { FeedStore } from '../../../lib/core/feed/feed-store.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { SHOP, succeeded } from '../../adapters/support/samples.ts';

const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
const WINDOW_MS = 300_000;
const HOUR = { fromMs: START_MS, toMs: START_MS + 12 * WINDOW_MS };

/** A feed with rows at these times, each in its shard, and the number of its reads. */
async function feedOf(rows: readonly (readonly [shard: number, afterMs: number])[]) {
  const { outcomes, feed } = createMemoryStores({ clock: { now: () => START_MS } });
  for (const [number, [shard, afterMs]] of rows.entries()) {
    const listedAt = isoTime(START_MS + afterMs);
    await outcomes.putIfAbsent(succeeded({ transactionId: `pay_${number}`, listedAt }), shard);
  }
  const counted = { reads: 0 };
  const page: FeedStore['page'] = (asked) => {
    counted.reads += 1;
    return feed.page(asked);
  };
  const skip = (stretch = HOUR, over: FeedStore = { page }, feedShards = 2) =>
    skipEmptyWindows(over, { merchantId: SHOP, feedShards, windowSeconds: 300, ...stretch });
  return { skip, counted };
}

describe('windows without rows', () => {
  it('are passed with one read a shard, however many there are', async () => {
    const { skip, counted } = await feedOf([]);
    expect(await skip()).toBe(HOUR.toMs);
    expect(counted.reads).toBe(2);
  });

  it('end at the window of the first row of any shard', async () => {
    const { skip } = await feedOf([
      [0, 9 * WINDOW_MS],
      [1, 5 * WINDOW_MS + 7],
      [1, 6 * WINDOW_MS],
    ]);
    expect(await skip()).toBe(START_MS + 5 * WINDOW_MS);
  });

  it('end where a window begins with a row, and before a row in the last moment of one', async () => {
    const first = await feedOf([[1, 4 * WINDOW_MS]]);
    expect(await first.skip()).toBe(START_MS + 4 * WINDOW_MS);
    const last = await feedOf([[1, 4 * WINDOW_MS - 1]]);
    expect(await last.skip()).toBe(START_MS + 3 * WINDOW_MS);
  });

  it('are not passed where the first window has rows, nor by rows that lie beyond the stretch', async () => {
    const busy = await feedOf([[0, 0]]);
    expect(await busy.skip()).toBe(START_MS);
    const later = await feedOf([[0, 12 * WINDOW_MS]]);
    expect(await later.skip()).toBe(HOUR.toMs);
  });

  it('are not looked for where there is only one: reading it costs the same', async () => {
    const { skip, counted } = await feedOf([]);
    expect(await skip({ fromMs: START_MS, toMs: START_MS + WINDOW_MS })).toBe(START_MS);
    expect(counted.reads).toBe(0);
  });

  it('are not passed where a shard shows no row of the merchant but has more to read', async () => {
    const { skip } = await feedOf([]);
    const page: FeedStore['page'] = async ({ shard }) =>
      shard === 1 ? { rows: [], cursor: 'behind a row of another merchant' } : { rows: [] };
    expect(await skip(HOUR, { page })).toBe(START_MS);
  });

  it('are not passed where a row cannot be read, so that those before it are worked on one by one', async () => {
    const { skip } = await feedOf([]);
    const page: FeedStore['page'] = async ({ shard }) => {
      if (shard === 1) throw unreadableRowFault('T#shop#pay_1 V#0001', 'custom /amount');
      return { rows: [] };
    };
    expect(await skip(HOUR, { page })).toBe(START_MS);
  });

  it('are not passed where the table cannot be read', async () => {
    const { skip } = await feedOf([]);
    const page: FeedStore['page'] = () => Promise.reject(new Error('throttled'));
    await expect(skip(HOUR, { page })).rejects.toThrow('throttled');
  });
});
