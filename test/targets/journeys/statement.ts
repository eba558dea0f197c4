import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { dayThatEnded, dayThatEnds, type StatementDay } from '../suite/days.ts';
import { type Merchant, openMerchant } from '../suite/merchant.ts';
import { livedThrough } from '../suite/past.ts';
import { type Journey, patiently, type Scene } from '../suite/scene.ts';
import { isAble } from '../target.ts';

const OUTCOMES = 6;
/** Until the last window is closed and the next quarter of an hour begins. */
const READY_MS = 30 * 60_000;

interface Row {
  readonly transactionId: string;
  readonly amount: number;
  readonly listedAt: string;
}

export const statement: Journey = {
  name: 'statement',
  shows:
    'the statement of a day is signed, and its file has the signed hash, every row, and totals that add up',
  async run(scene) {
    const { merchant, day, rows } = await dayWithRows(scene);
    const path = `/v1/statements/${day.date}`;
    const waitMs = Math.max(day.endMs - Date.now(), 0) + READY_MS;
    const look = async () => {
      const { status, json } = await merchant.tryToAsk(path);
      return status === 200 ? 'ready' : `${status} ${json.code}`;
    };
    await patiently(look, (seen) => assert.equal(seen, 'ready'), waitMs);
    const answer = await merchant.ask(path);
    assert.equal(answer.rows, rows.length);

    const file = await fetch(answer.url);
    const bytes = Buffer.from(await file.arrayBuffer());
    assert.equal(file.status, 200, bytes.toString('utf8').slice(0, 300));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), answer.sha256);
    const records: string[][] = parse(bytes, { relax_column_count: true, record_delimiter: '\r\n' });
    const columns = records.find(([first]) => first === 'transactionId') ?? [];
    const listed = records.slice(records.indexOf(columns) + 1);
    const field = (name: string) => listed.map((record) => record[columns.indexOf(name)]);
    assert.deepEqual(
      field('transactionId'),
      rows.map((row) => row.transactionId),
    );
    const amount = rows.reduce((sum, row) => sum + row.amount, 0);
    const total = records.find(([first]) => first === '#total') ?? [];
    assert.deepEqual(total.slice(1, 6), ['payment', 'SUCCEEDED', 'CNY', String(rows.length), String(amount)]);
    scene.remark(`${day.date} in ${day.timeZone}`);
  },
};

/** A day that has ended, where the table may be written; else the next day in the world that ends. */
async function dayWithRows(
  scene: Scene,
): Promise<{ readonly merchant: Merchant; readonly day: StatementDay; readonly rows: readonly Row[] }> {
  const { table } = scene.target;
  const day = isAble(table) ? dayThatEnded(Date.now()) : dayThatEnds(Date.now());
  const merchant = await openMerchant(scene, 'shop', { timeZone: day.timeZone });
  if (isAble(table))
    return { merchant, day, rows: await livedThrough(table, merchant, { day, outcomes: OUTCOMES }) };
  scene.remark(`waits for ${new Date(day.endMs).toISOString()}: ${table.cannot}`);
  const rows: Row[] = [];
  for (let n = 0; n < OUTCOMES; n += 1) {
    rows.push({ amount: n, ...(await merchant.record(`pay_${n}`, { amount: n })) });
  }
  return { merchant, day, rows };
}
