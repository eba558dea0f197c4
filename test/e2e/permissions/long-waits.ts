import { expect } from 'vitest';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { dateAfter, dateAt, startOfDate } from '../../../lib/core/time-zone.ts';
import { eventually } from '../../support/eventually.ts';
import { type Journey, openServer, outcomeRow } from './journey.ts';

const HOUR_MS = 3_600_000;
const TIME_ZONE = 'Asia/Kathmandu';
/** By then the last window of a day is closed, so a day that has just ended is not asked for. */
const CLOSED_BY_MS = 2 * HOUR_MS;
/** Messages in the retry lane above which the sweep passes dead endpoints over. */
const CROWD = 10_000;

/**
 * Makes a merchant two days old, with outcomes of yesterday. Nothing may be closed before that. An older version raised its feed
 * shards, and left its directory row alone.
 */
export async function growOlder({ admin, set, put }: Journey): Promise<void> {
  await admin('POST /v1/merchants', { merchantId: 'old', name: 'Old', timeZone: TIME_ZONE, feedShards: 2 });
  const alerted = { url: 'http://127.0.0.1:9/alerts', types: ['tidings.statement.ready'] };
  await admin('POST /v1/merchants/old/endpoints', alerted);
  const fromMs = startOfDate(yesterday(), TIME_ZONE);
  const listed = { pk: `D#${partitionOf('old')}`, sk: 'M#old' };
  const createdAt = isoTime(fromMs - 24 * HOUR_MS);
  for (const key of [{ pk: 'M#old', sk: 'PROFILE' }, listed]) await set(key, 'createdAt', createdAt);
  await set(listed, 'settingsAt', createdAt);
  await set(listed, 'feedShards', 1);
  const listedAt = isoTime(fromMs + HOUR_MS);
  await put(outcomeRow({ merchantId: 'old', transactionId: 'pay_1', listedAt }));
}

function yesterday(): string {
  const today = dateAt(Date.now() - CLOSED_BY_MS, TIME_ZONE);
  const date = dateAt(startOfDate(today, TIME_ZONE) - 1, TIME_ZONE);
  expect(dateAfter(date)).toBe(today);
  return date;
}

/** The statement of yesterday, and its file. */
export async function readStatement({ api, service }: Journey): Promise<void> {
  const { key } = await service.create('POST /v1/merchants/old/keys', { scope: 'receiver' });
  const ask = () => api(key, `GET /v1/statements/${yesterday()}`);
  await eventually(
    async () => (await ask()).status,
    (status) => expect(status).toBe(200),
  );
  const file = await fetch((await ask()).json.url);
  expect(file.status).toBe(200);
}

/** A bank that wants to be asked again in an hour: longer than a queue holds a message. */
export async function askLater({ admin, record, judged }: Journey): Promise<void> {
  const bank = await openServer(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
  await admin('POST /v1/merchants', { merchantId: 'iota', name: 'Iota' });
  await record('iota', 'later', { status: 'PENDING', checkBack: { url: bank.url, afterSeconds: 1 } });
  await judged.until({ role: 'TidingsCheck', action: 'scheduler:CreateSchedule' });
  bank.close();
}

/** A retry lane that is not worked off, and a notification that is due meanwhile. */
export async function crowdRetryLane({
  admin,
  record,
  set,
  appears,
  sendMany,
  judged,
}: Journey): Promise<void> {
  const failing = await openServer(() => ({ status: 500 }));
  await admin('POST /v1/merchants', { merchantId: 'kappa', name: 'Kappa', schedule: [1_000] });
  await admin('POST /v1/merchants/kappa/endpoints', { url: failing.url });
  await record('kappa', 'due');
  const due = await appears('T#kappa#due', ({ state }) => state === 'retrying');
  await sendMany('TidingsRetryLane', { nonsense: 1 }, CROWD);
  await set(due, 'nextAttemptAt', new Date(Date.now() - HOUR_MS).toISOString());
  await judged.until({ role: 'TidingsSweep', action: 'dynamodb:GetItem', key: 'H#' });
  failing.close();
}
