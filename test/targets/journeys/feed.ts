import assert from 'node:assert/strict';
import type { Merchant, RecordedOutcome } from '../suite/merchant.ts';
import { openMerchant } from '../suite/merchant.ts';
import { type Journey, patiently } from '../suite/scene.ts';

const OUTCOMES = 12;

export const feed: Journey = {
  name: 'feed',
  shows: 'the feed lists each outcome once, in order, complete up to its watermark',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop', { feedShards: 3 });
    const recorded: RecordedOutcome[] = [];
    for (let n = 0; n < OUTCOMES; n += 1) recorded.push(await merchant.record(`pay_${n}`, { amount: n }));
    await merchant.record('pending_1', { status: 'PENDING' });

    const items = await patiently(
      () => readAll(merchant),
      (seen) => assert.equal(seen.length, OUTCOMES),
    );
    const places = (rows: readonly RecordedOutcome[]) =>
      rows.map(({ listedAt, transactionId }) => `${listedAt}#${transactionId}`);
    assert.deepEqual(places(items), places(recorded).sort());
    const last = items.at(-1)?.listedAt ?? '';
    const { watermark } = await merchant.ask('/v1/transactions?limit=1');
    assert.ok(watermark > last, `The watermark ${watermark} is before ${last}.`);
  },
};

/** Follows the cursor, five items at a time. */
async function readAll(merchant: Merchant): Promise<readonly RecordedOutcome[]> {
  const items: RecordedOutcome[] = [];
  for (let cursor = '', hasMore = true; hasMore; ) {
    const page = await merchant.ask(`/v1/transactions?limit=5${cursor}`);
    items.push(...page.items);
    ({ hasMore } = page);
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  return items;
}
