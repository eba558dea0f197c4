import { afterAll, expect, it } from 'vitest';
import { createParking } from '../../../lib/adapters/dynamodb/dynamodb-parking.ts';
import { createParkedRecords } from '../../../lib/adapters/dynamodb/parked-records.ts';
import { createMerchantRows } from '../../../lib/adapters/dynamodb/stores/erasing/dynamodb-merchant-rows.ts';
import { eachParked, type ParkedRecord } from '../../../lib/core/deliver/aside/parked-list.ts';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { ERASED_DAYS, startDynamoDbUnderTest } from '../support/emulators.ts';
import { SHOP } from '../support/samples.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

const RECORDS = 40;
/** A page of a query ends after a megabyte. */
const PAGE_AND_MORE = 15;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-11-20T23:00:00Z');
const DAYS = ['2026-11-21', '2026-11-20'];

async function openParked() {
  const time = { nowMs: START_MS };
  const { table, close } = await dynamodb.open({ now: () => time.nowMs });
  const parking = createParking(table, { retentionDays: ERASED_DAYS });
  const records = createParkedRecords(table);
  const list = async (days = DAYS) => {
    const found: ParkedRecord[] = [];
    for await (const record of eachParked(records, days)) found.push(record);
    return found;
  };
  const rows = createMerchantRows(table, { retentionDays: ERASED_DAYS });
  return { time, parking, records, rows, list, close };
}

it('are listed from every partition of the days that are asked for, however large', async () => {
  const { time, parking, list, close } = await openParked();
  const payload = 'x'.repeat(80_000);
  for (let n = 0; n < RECORDS; n += 1) {
    time.nowMs = START_MS + (n % 2) * DAY_MS;
    await parking.park({ recordId: `record-${n}`, reason: 'malformed', payload });
  }
  const found = await list();
  expect(new Set(found.map(({ recordId }) => recordId)).size).toBe(RECORDS);
  expect(found[0]).toMatchObject({ parkedAt: '2026-11-21T23:00:00.000Z', reason: 'malformed', payload });
  expect(await list(['2026-11-20'])).toHaveLength(RECORDS / 2);
  expect(await list(['2026-11-19'])).toEqual([]);
  await close();
});

it('stay where they were parked again meanwhile', async () => {
  const { time, parking, records, list, close } = await openParked();
  await parking.park({ recordId: 'a', reason: 'first', payload: '{}' });
  const [record] = await list();
  if (record === undefined) throw new Error('not found');
  time.nowMs += 1_000;
  await parking.park({ recordId: 'a', reason: 'second', payload: '{}' });
  await records.remove(record);
  expect(await list()).toMatchObject([{ recordId: 'a', reason: 'second' }]);
  await close();
});

it('are deleted with their merchant, also if midnight comes between two pages of a partition', async () => {
  const { time, parking, rows, list, close } = await openParked();
  const ids = Array.from({ length: 1_000 }, (_, n) => `record-${n}`).filter((id) => partitionOf(id) === 0);
  const [first = '', ...others] = ids.sort();
  const payload = `{"Keys":{"pk":{"S":"T#${SHOP}#pay_1"}}}${'x'.repeat(80_000)}`;
  const park = (recordId: string) => parking.park({ recordId, reason: 'malformed', payload });
  for (const recordId of others.slice(0, PAGE_AND_MORE)) await park(recordId);
  const place = { merchantId: SHOP, feedShards: 1, place: 'parked' } as const;
  let { cursor } = await rows.removeNext(place);
  expect(cursor).toContain('"key"');
  time.nowMs += 2 * 3_600_000;
  // The table refuses the cursor's key here, and the stand-in passes by what sorts before it.
  await park(first);
  while (cursor !== undefined) ({ cursor } = await rows.removeNext({ ...place, cursor }));
  expect(await list()).toEqual([]);
  await close();
});
