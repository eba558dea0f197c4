import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { Attempt, Notification } from '../deliver/state/notification.ts';
import { Fault } from '../faults.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import { HOUR_MS, isoTime, msOf } from '../time.ts';
import { countsOfAttempt, sumOfCounts } from './attempt-counts.ts';
import { ALL, type CountKey, type CountStore } from './count-store.ts';

/** An attempt, as the stream shows the write that stored it. Each attempt is stored by exactly one write. */
export interface StreamedAttempt {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
  readonly listedAt: string;
  readonly attempt: Attempt;
  /** Its place in the shard. As texts, sequence numbers compare like numbers. */
  readonly sequence: string;
}

/** The attempt that a write stored, by what the write left behind; undefined if it stored none. */
export function attemptOfWrite(written: Notification, sequence: string): StreamedAttempt | undefined {
  const { merchantId, endpointId, listedAt, rev, attemptRev, attempts } = written;
  const attempt = attempts.at(-1);
  if (attemptRev !== rev || attempt === undefined) return undefined;
  return { merchantId, endpointId, listedAt, attempt, sequence };
}

export interface CountPorts {
  readonly counts: CountStore;
}

/** Rows written together. */
const CONCURRENCY = 50;
/** Each failed try means that another invocation moved the mark. Two at once are rare. */
const MAX_TRIES = 10;

/**
 * Adds a batch of one shard to its rows: one write for each endpoint and hour, and one for the whole service. Exact, also
 * if a batch is repeated, repeated in other parts, or counted by two invocations at once. It relies on one promise of the
 * stream: a record comes for the first time only after all earlier records of its shard were counted. Hence a row that
 * includes a record includes all earlier ones of that shard, and the sequence number of the last one says which.
 *
 * @param attempts in the order of the shard
 * @throws if a row could not be written; the stream then repeats the batch
 */
export async function countAttempts(
  { counts }: CountPorts,
  shard: string,
  attempts: readonly StreamedAttempt[],
): Promise<void> {
  const rows = new Map<string, { readonly key: CountKey; readonly records: StreamedAttempt[] }>();
  for (const attempt of attempts) {
    for (const key of keysOf(attempt)) {
      const name = `${key.merchantId} ${key.endpointId} ${key.hour}`;
      const row = rows.get(name) ?? { key, records: [] };
      rows.set(name, row);
      row.records.push(attempt);
    }
  }
  await boundedMap([...rows.values()], CONCURRENCY, ({ key, records }) =>
    addToRow(counts, { key, shard }, records),
  );
}

/** The rows that include an attempt. The hour is that of the attempt, so a repetition finds the same rows. */
function keysOf({ merchantId, endpointId, attempt }: StreamedAttempt): readonly CountKey[] {
  const hour = hourOf(msOf(attempt.at));
  return [
    { merchantId, endpointId, hour },
    { merchantId: ALL, endpointId: ALL, hour },
  ];
}

/** The start of the UTC hour. */
export function hourOf(ms: number): string {
  return isoTime(ms - (ms % HOUR_MS));
}

async function addToRow(
  counts: CountStore,
  place: { readonly key: CountKey; readonly shard: string },
  records: readonly StreamedAttempt[],
): Promise<void> {
  let left = records;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const [first, last] = [left[0], left.at(-1)];
    if (first === undefined || last === undefined) return;
    const sum = sumOfCounts(left.map(({ attempt, listedAt }) => countsOfAttempt(attempt, listedAt)));
    const isAdded = await counts.add({ ...place, first: first.sequence, last: last.sequence, counts: sum });
    if (isAdded) return;
    const mark = await counts.mark(place.key, place.shard);
    left = left.filter(({ sequence }) => mark === undefined || sequence > mark);
  }
  throw new Fault({
    code: 'overtaken',
    message: `Other invocations moved the mark ${MAX_TRIES} times.`,
    retryable: true,
  });
}
