import { ALL } from '../../../lib/core/counts/count-store.ts';
import { type Alert, alertIdOf, alertSubject, type Tally } from '../../../lib/core/deliver/alerts/alert.ts';
import { daysBack, eachParked } from '../../../lib/core/deliver/aside/parked-list.ts';
import { HEALTHY } from '../../../lib/core/deliver/health/circuit.ts';
import { PLACES } from '../../../lib/core/merchants/erasing/erasure.ts';
import type { MerchantId, Outcome } from '../../../lib/core/model.ts';
import { PARTITIONS } from '../../../lib/core/partitions.ts';
import { newCheck } from '../../../lib/core/record/pending-check.ts';
import { UNDELIVERED_STATES } from '../../../lib/protocol/contract-words.ts';
import {
  at,
  closedWindow,
  endpointId,
  job,
  notification,
  pending,
  settled,
  statement,
  succeeded,
} from './samples.ts';
import type { TableUnderTest } from './throwaway-table.ts';

const SHARDS = 2;
const HOST_URL = 'https://pay.example/hooks';
const TALLY: Tally = { endpointId: endpointId('ep_1'), type: 'tidings.notification.exhausted', hour: at(0) };
const CHECK_TIMES = { preparedAtMs: Date.parse(at(0)), afterSeconds: 60, horizonSeconds: 3_600 };
const BUCKETS = [
  { transactionType: 'payment', status: 'SUCCEEDED', bucket: 7, count: 3, hash: 'ab'.repeat(16) },
];

/** Puts rows of every kind that is kept of a merchant. More transactions than one page of any store holds. */
export async function fillMerchant(
  table: TableUnderTest,
  merchantId: MerchantId,
  transactions = 9,
): Promise<void> {
  for (let n = 0; n < transactions; n += 1)
    await putTransaction(table, succeeded({ merchantId, transactionId: `pay_${n}` }), n);
  await putOpenTransactions(table, merchantId);
  await putBooks(table, merchantId);
  await putAlert(table, merchantId);
  for (const [slot, state] of ['running', 'done'].entries())
    await table.jobs.save(job({ merchantId, jobId: `${merchantId}Job${slot}`, slot, state }), 0);
  await table.parking.park({
    recordId: `${merchantId}/1`,
    reason: 'not_relayable',
    payload: JSON.stringify({ Keys: { pk: { S: `T#${merchantId}#pay_1` }, sk: { S: 'V#0001' } } }),
  });
}

async function putTransaction(
  { outcomes, notifications }: TableUnderTest,
  outcome: Outcome,
  n: number,
): Promise<void> {
  const { merchantId, transactionId } = outcome;
  await outcomes.putIfAbsent({ ...outcome, reference: 'ORDER-1', notifyUrl: HOST_URL }, n % SHARDS);
  const key = { merchantId, transactionId };
  await notifications.save(settled({ ...key, state: 'delivered' }), 'absent');
  await notifications.save(notification({ ...key, endpointId: 'ep_2' }), 'absent');
}

/** Transactions that the feed does not show. */
async function putOpenTransactions(table: TableUnderTest, merchantId: MerchantId): Promise<void> {
  const waiting = pending({ merchantId, transactionId: 'open_1' });
  const unresolved = pending({ merchantId, transactionId: 'open_2' });
  for (const one of [waiting, unresolved]) await table.outcomes.prepare(one, newCheck(one, CHECK_TIMES));
  const { nextAttemptAt: _due, ...check } = newCheck(unresolved, CHECK_TIMES);
  await table.checks.save({ ...check, state: 'unresolved', rev: 1 }, 0);
  const expired = { merchantId, transactionId: 'expired_1' };
  await table.notifications.save(settled({ ...expired, state: 'exhausted' }), 'absent');
  await table.notifications.save(settled({ ...expired, endpointId: 'ep_2', state: 'delivered' }), 'absent');
}

async function putBooks(table: TableUnderTest, merchantId: MerchantId): Promise<void> {
  for (let n = 0; n < 4; n += 1) {
    const start = at(n * 300);
    const end = at((n + 1) * 300);
    await table.windows.putIfAbsent(closedWindow({ merchantId, start, end, buckets: BUCKETS }));
    await table.expectations.keep({ merchantId, start, expected: 3 });
  }
  const added = { shard: 'a1', first: '1', last: '2', counts: new Map([['delivered', 3]]) };
  await table.counts.add({ ...added, key: { merchantId, endpointId: endpointId('ep_1'), hour: at(0) } });
  await table.statements.save(statement({ merchantId, file: `${merchantId}/2026-11-20/one.csv` }), undefined);
  const circuit = { merchantId, circuitId: `host:${new URL(HOST_URL).host}` };
  await table.health.save(circuit, { ...HEALTHY, rev: 1 }, 0);
}

async function putAlert({ alerts }: TableUnderTest, merchantId: MerchantId): Promise<void> {
  const alert: Alert = {
    merchantId,
    alertId: alertIdOf({ hour: at(0), name: TALLY.type, subject: TALLY.endpointId }),
    type: TALLY.type,
    at: at(5),
    about: 'pay_1.1.ep_1',
    data: '{}',
  };
  for (const about of ['one', 'two']) await alerts.note({ merchantId, tally: TALLY, about });
  await alerts.put({ alert, endpointIds: [endpointId('ep_1')], dueAt: at(10) });
}

/** Counts of the whole service, which belong to no merchant. */
export async function fillService({ counts }: TableUnderTest): Promise<void> {
  const added = { shard: 'a1', first: '1', last: '2', counts: new Map([['delivered', 6]]) };
  await counts.add({ ...added, key: { merchantId: ALL, endpointId: ALL, hour: at(0) } });
}

/** Everything that the stores find of a merchant, by what finds it. Nothing that is found leaves no entry. */
export async function foundOf(
  table: TableUnderTest,
  merchantId: MerchantId,
): Promise<Record<string, unknown>> {
  const day = { from: at(0), to: at(86_400) };
  const ids = [...Array.from({ length: 12 }, (_, n) => `pay_${n}`), 'open_1', 'open_2', 'expired_1'];
  const found: Record<string, unknown> = {};
  const note = (what: string, one: unknown, isNothing: boolean) => {
    if (!isNothing) found[what] = one;
  };
  for (const transactionId of ids) {
    const one = await table.outcomes.transaction(succeeded({ merchantId, transactionId }));
    note(transactionId, one, one.outcomes.length + one.notifications.length === 0 && one.check === undefined);
  }
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const { rows } = await table.feed.page({ merchantId, shard, ...day, limit: 100 });
    note(`feed ${shard}`, rows, rows.length === 0);
  }
  const referred = await table.outcomes.idsByReference({ merchantId, reference: 'ORDER-1', limit: 100 });
  note('reference', referred, referred.ids.length === 0);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (const state of UNDELIVERED_STATES) {
      const { keys } = await table.notifications.undelivered({
        merchantId,
        state,
        partition,
        ...day,
        limit: 100,
      });
      note(`${state} ${partition}`, keys, keys.length === 0);
    }
    const { keys } = await table.checks.unresolved({ merchantId, partition, limit: 100 });
    note(`unresolved ${partition}`, keys, keys.length === 0);
    const due = await table.dueIndex.page({ partition, before: at(86_400), limit: 1_000 });
    const own = due.keys.filter(({ key }) => key.merchantId === merchantId);
    note(`due ${partition}`, own, own.length === 0);
  }
  const { windows } = await table.windows.page({ merchantId, ...day, limit: 100 });
  note('windows', windows, windows.length === 0);
  const buckets = await table.windows.buckets(closedWindow({ merchantId }));
  note('buckets', buckets, buckets === undefined);
  const expected = await table.expectations.list({ merchantId, ...day });
  note('expectations', expected, expected.length === 0);
  const counts = await table.counts.rows({ merchantId, ...day });
  note('counts', counts, counts.length === 0);
  const alerts = await table.alerts.page({ merchantId, limit: 10 });
  note('alerts', alerts, alerts.length === 0);
  const repeats = await table.alerts.noted({ merchantId, tally: TALLY }, 10);
  note('repeats', repeats, repeats === 0);
  const jobs = await table.jobs.list({ merchantId, limit: 10 });
  note('jobs', jobs, jobs.length === 0);
  const one = await table.jobs.read(merchantId, `${merchantId}Job1`);
  note('job', one, one === undefined);
  const running = (await table.jobs.running()).filter((each) => each.merchantId === merchantId);
  note('running', running, running.length === 0);
  const statements = await table.statements.newest(merchantId, 10);
  note('statements', statements, statements.length === 0);
  const parked: unknown[] = [];
  for await (const record of eachParked(table.parked, daysBack(2, Date.now())))
    if (record.recordId === `${merchantId}/1`) parked.push(record);
  note('parked', parked, parked.length === 0);
  return found;
}

/** Deletes the rows of a merchant from every place. Returns their number. */
export async function removeAll({ rows }: TableUnderTest, merchantId: MerchantId): Promise<number> {
  let removed = 0;
  for (const place of PLACES) {
    if (place === 'files') continue;
    let cursor: string | undefined;
    do {
      const from = cursor === undefined ? {} : { cursor };
      const step = await rows.removeNext({ merchantId, feedShards: SHARDS, place, ...from });
      removed += step.count;
      cursor = step.cursor;
    } while (cursor !== undefined);
  }
  return removed;
}

export const alertKey = (merchantId: MerchantId) => ({
  ...alertSubject({ merchantId, alertId: alertIdOf({ hour: at(0), name: TALLY.type, subject: 'ep_1' }) }),
  endpointId: endpointId('ep_1'),
});
