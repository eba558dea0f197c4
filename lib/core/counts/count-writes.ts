import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { Fault } from '../faults.ts';
import { type Counts, sumOfCounts } from './attempt-counts.ts';
import type { CountKey, CountStore } from './count-store.ts';
import { type StreamedWrite, sharesOf } from './counted-writes.ts';

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
 * @param writes in the order of the shard
 * @throws if a row could not be written; the stream then repeats the batch
 */
export async function countWrites(
  { counts }: CountPorts,
  shard: string,
  writes: readonly StreamedWrite[],
): Promise<void> {
  const rows = new Map<string, { readonly key: CountKey; readonly records: CountedShare[] }>();
  for (const write of writes) {
    for (const { key, counts: added } of sharesOf(write)) {
      const name = `${key.merchantId} ${key.endpointId} ${key.hour} ${key.changedOn ?? ''}`;
      const row = rows.get(name) ?? { key, records: [] };
      rows.set(name, row);
      row.records.push({ sequence: write.sequence, counts: added });
    }
  }
  await boundedMap([...rows.values()], CONCURRENCY, ({ key, records }) =>
    addToRow(counts, { key, shard }, records),
  );
}

/** What one record adds to a row. A record may add to a row twice: as an attempt and as a change of state. */
interface CountedShare {
  readonly sequence: string;
  readonly counts: Counts;
}

async function addToRow(
  counts: CountStore,
  place: { readonly key: CountKey; readonly shard: string },
  records: readonly CountedShare[],
): Promise<void> {
  let left = records;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const [first, last] = [left[0], left.at(-1)];
    if (first === undefined || last === undefined) return;
    const sum = sumOfCounts(left.map((share) => share.counts));
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
