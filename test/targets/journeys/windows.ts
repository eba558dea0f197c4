import assert from 'node:assert/strict';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { bucketOf } from '../../../lib/protocol/row-digest.ts';
import { closedThrough, hourOf, windowOf } from '../suite/closed-windows.ts';
import { assertAnswers, type Merchant, openMerchant } from '../suite/merchant.ts';
import type { Journey, Scene } from '../suite/scene.ts';

const OUTCOMES = 8;

interface Row {
  readonly transactionId: string;
  readonly version: 1 | 2;
  readonly transactionType: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'CLOSED';
  readonly amount: number;
  readonly currency: string;
  readonly listedAt: string;
}

export const windows: Journey = {
  name: 'windows',
  shows:
    'digests of closed windows equal those of the rows, add up to hours, and name the row that is missing',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop');
    const rows: Row[] = [];
    for (let n = 0; n < OUTCOMES; n += 1) {
      const changes = { amount: n * 10, transactionType: n % 3 === 0 ? 'refund' : 'payment' };
      rows.push((await merchant.record(`pay_${n}`, changes)) as Row);
    }
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const hour = hourOf(first.listedAt);
    const { through, windowSeconds } = await closedThrough(merchant, { from: hour, last: last.listedAt });
    const window = windowOf(first.listedAt, windowSeconds);
    for (const [resolution, from] of [
      ['window', window],
      ['hour', hour],
    ]) {
      const path = `/v1/windows?from=${from}&to=${through}&resolution=${resolution}`;
      const slices: readonly Slice[] = (await merchant.ask(path)).items;
      for (const { start, end, groups } of slices) {
        const own = rows.filter(({ listedAt }) => listedAt >= start && listedAt < end);
        assert.deepEqual(groups, groupsOf(own), `${resolution} ${start}`);
      }
      const count = slices.flatMap(({ groups }) => groups).reduce((sum, group) => sum + group.count, 0);
      assert.equal(count, OUTCOMES, `rows of all digests, by ${resolution}`);
    }
    await findsIt(scene, merchant, { window, windowSeconds, rows, missing: first });
    scene.remark(`windows of ${windowSeconds} s`);
  },
};

interface Slice {
  readonly start: string;
  readonly end: string;
  readonly groups: readonly { readonly count: number }[];
}

interface Search {
  readonly window: string;
  readonly windowSeconds: number;
  readonly rows: readonly Row[];
  readonly missing: Row;
}

/** Finds the missing row by its bucket, and has the rows of the window compared. */
async function findsIt(scene: Scene, merchant: Merchant, search: Search): Promise<void> {
  const { window, windowSeconds, missing } = search;
  const bucket = bucketOf(missing.transactionId);
  const { buckets } = await merchant.ask(`/v1/windows/${window}?buckets=256`);
  assert.ok(buckets.some((one: { readonly bucket: number }) => one.bucket === bucket));
  const { items } = await merchant.ask(`/v1/windows/${window}/transactions?bucket=${bucket}`);
  assert.ok(items.some((one: Row) => one.transactionId === missing.transactionId));

  const endMs = Date.parse(window) + windowSeconds * 1_000;
  const rows = search.rows
    .filter((row) => row !== missing && row.listedAt >= window && Date.parse(row.listedAt) < endMs)
    .map(({ transactionId, version, status, amount, currency }) => ({
      transactionId,
      version,
      status,
      amount,
      currency,
    }));
  const request = 'POST /v1/reconciliations';
  const answer = expectStatus(await scene.api(merchant.receiverKey, request, { window, rows }), 200);
  assertAnswers(answer, { ...merchant, request });
  assert.deepEqual(
    answer.json.differences.map((one: Record<string, unknown>) => [one.class, one.transactionId]),
    [['only_here', missing.transactionId]],
  );
}

function groupsOf(rows: readonly Row[]) {
  const sum = createDigestSum();
  for (const row of rows) sum.add(row);
  return sum.groups();
}
