import { forEachPartition } from '../../partitions.ts';
import { DAY_MS, dayOf, isoTime } from '../../time.ts';

/** A stream record that could not be relayed. */
export interface ParkedRecord {
  readonly recordId: string;
  readonly parkedAt: string;
  readonly reason: string;
  /** The record as read from the stream; it may be truncated. */
  readonly payload: string;
}

/** One read of one partition of a UTC day (`2026-11-20`). */
interface ParkedPlace {
  readonly day: string;
  readonly partition: number;
  /** Only records with a greater id. */
  readonly after?: string;
  readonly limit: number;
}

/** The store of parked records, by the day on which they were parked. */
export interface ParkedRecords {
  /** The first `limit` records, by id, strongly consistent. Fewer only if there are no more. */
  page(place: ParkedPlace): Promise<readonly ParkedRecord[]>;
  find(recordId: string, days: readonly string[]): Promise<ParkedRecord | undefined>;
  /** Removes it, unless it was parked again meanwhile. */
  remove(record: ParkedRecord): Promise<void>;
}

/** The place of a record in the list of all. */
export interface ParkedPosition {
  readonly day: string;
  readonly partition: number;
  readonly recordId: string;
}

interface ParkedQuery {
  /** UTC days, newest first. */
  readonly days: readonly string[];
  readonly after?: ParkedPosition;
  readonly limit: number;
}

export interface ParkedPage {
  readonly records: readonly ParkedRecord[];
  /** After it the next page begins. Absent: this is the last page. */
  readonly next?: ParkedPosition;
}

interface PlacedRecord extends ParkedPosition {
  readonly record: ParkedRecord;
}

/** One page of the records that were parked on these days, newest day first. Within a day they have no order of time. */
export async function listParked(
  parked: Pick<ParkedRecords, 'page'>,
  query: ParkedQuery,
): Promise<ParkedPage> {
  const { days, after, limit } = query;
  const found: PlacedRecord[] = [];
  for (const day of days) {
    if (after !== undefined && day > after.day) continue;
    const begun = after?.day === day ? after : undefined;
    // One more than asked for tells whether there is another page.
    const missing = limit + 1 - found.length;
    const pages = await forEachPartition(async (partition): Promise<readonly PlacedRecord[]> => {
      if (begun !== undefined && partition < begun.partition) return [];
      const isBegun = begun?.partition === partition;
      const place = { day, partition, limit: missing, ...(isBegun && { after: begun.recordId }) };
      const records = await parked.page(place);
      return records.map((record) => ({ day, partition, recordId: record.recordId, record }));
    });
    found.push(...pages.flat());
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const records = page.map(({ record }) => record);
  if (found.length <= limit || last === undefined) return { records };
  const { day, partition, recordId } = last;
  return { records, next: { day, partition, recordId } };
}

/** Records read at a time by {@link eachParked}. */
const PAGE = 25;

/** All records that were parked on these days. Those that are removed meanwhile do not disturb the walk. */
export async function* eachParked(
  parked: Pick<ParkedRecords, 'page'>,
  days: readonly string[],
): AsyncGenerator<ParkedRecord> {
  let after: ParkedPosition | undefined;
  do {
    const { records, next } = await listParked(parked, {
      days,
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    yield* records;
    after = next;
  } while (after !== undefined);
}

/** The last `count` UTC days, today first. */
export function daysBack(count: number, nowMs: number): readonly string[] {
  return Array.from({ length: count }, (_, back) => dayOf(isoTime(nowMs - back * DAY_MS)));
}
