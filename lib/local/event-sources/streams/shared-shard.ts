import type { StreamRecord } from './stream-batch.ts';

/** Records that follow each other in a shard. */
interface ShardReading {
  /** At most `READ_MAX`. */
  readonly records: readonly StreamRecord[];
  /** Number of announced changes before the stream was asked. Later ones may not be in it. */
  readonly seen: number;
  /** The shard is closed, and nothing follows. */
  readonly isLast: boolean;
}

/** How far an event source has read a shard. */
export interface ShardPlace {
  /** Returns the next records; none if there are none yet. Afterwards the place is behind them. */
  next(): Promise<ShardReading>;
  /** The source reads no more, so nothing has to be kept for it. */
  leave(): void;
}

/** A shard that several event sources read. */
export interface SharedShard {
  /** @param position the sequence number behind which to read; `undefined`: from the oldest record */
  enter(position: string | undefined): ShardPlace;
}

/** A page as the stream returns it. */
export interface RecordsPage {
  readonly Records: readonly StreamRecord[];
  /** `undefined`: the shard is closed, and nothing follows. */
  readonly NextShardIterator?: string;
}

export interface ShardCalls {
  iteratorAt(position: string | undefined): Promise<string | undefined>;
  getRecords(iterator: string): Promise<RecordsPage>;
  /** Number of announced changes. */
  changes(): number;
}

/** Maximum records of a page, as on AWS. */
export const READ_MAX = 1_000;
/** Maximum records that are kept for sources that have not read them yet. A source that is further behind reads for itself. */
const MAX_KEPT = 2 * READ_MAX;

/** What was read last: records without a gap up to `end`, which some source has not read yet. */
interface Kept {
  readonly records: readonly StreamRecord[];
  /** The sequence number in front of the records; `undefined`: they are the oldest. */
  readonly start: string | undefined;
  readonly end: string | undefined;
  /** The iterator at the end; `undefined`: the shard is closed. */
  readonly iterator: string | undefined;
  readonly seen: number;
}

interface Place {
  position: string | undefined;
  /** Where the page ended that was asked for this place alone; `undefined`: what it read last is kept. */
  iterator: string | undefined;
}

interface AskedReading extends ShardReading {
  /** Where it ended. `undefined`: its end is kept, or the shard is closed. */
  readonly iterator?: string | undefined;
}

/**
 * Lets the event sources of a shard share its readings: a page is asked for and parsed once, and kept until all have read it.
 * Each source has a place of its own. One whose place is not among the kept records asks for its own page. The page that
 * reaches furthest is the one that is kept, so sources meet again when the slower one has caught up.
 */
export function openSharedShard(calls: ShardCalls): SharedShard {
  const places = new Set<Place>();
  const asked = new Map<string | undefined, Promise<AskedReading>>();
  let kept: Kept | undefined;

  /** `undefined` if nothing is kept that follows the position. */
  function keptAfter(position: string | undefined): AskedReading | undefined {
    const rest = kept && recordsAfter(kept, position);
    if (kept === undefined || rest === undefined || rest.length === 0) return undefined;
    const records = rest.slice(0, READ_MAX);
    return {
      records,
      seen: kept.seen,
      isLast: kept.iterator === undefined && records.length === rest.length,
    };
  }

  /** Sources that are at the same place at the same time share the request, too. */
  function ask(place: Place): Promise<AskedReading> {
    const { position } = place;
    const known = asked.get(position);
    if (known !== undefined) return known;
    const reading = request(place).finally(() => asked.delete(position));
    asked.set(position, reading);
    return reading;
  }

  async function request(place: Place): Promise<AskedReading> {
    const { position, iterator: own } = place;
    // Before the request: a change that is announced while it runs may have come too late for its answer.
    const seen = calls.changes();
    try {
      const isNext = kept !== undefined && kept.end === position;
      // A page may be empty though records follow: a place that is not moved by records is moved by its iterator.
      const iterator = isNext ? kept?.iterator : (own ?? (await calls.iteratorAt(position)));
      const page = iterator === undefined ? { Records: [] } : await calls.getRecords(iterator);
      keep(position, page, seen);
      const { Records: records, NextShardIterator: next } = page;
      const iteratorAfter = kept?.iterator === next ? undefined : next;
      return { records, seen, isLast: next === undefined, iterator: iteratorAfter };
    } catch (error) {
      // The iterator may have expired. The next request begins with a new one.
      kept = undefined;
      place.iterator = undefined;
      throw error;
    }
  }

  function keep(position: string | undefined, page: RecordsPage, seen: number): void {
    const end = numberOf(page.Records.at(-1)) ?? position;
    const read = { records: page.Records, start: position, end, iterator: page.NextShardIterator, seen };
    if (kept !== undefined && kept.end === position) {
      kept = { ...read, records: [...kept.records, ...page.Records], start: kept.start };
    } else if (kept === undefined || isBehind(kept.end, end)) {
      kept = read;
    }
  }

  function forgetRead(): void {
    const [first, ...others] = places;
    if (first === undefined) kept = undefined;
    if (kept === undefined || first === undefined) return;
    const slowest = others.reduce(
      (least, { position }) => (isBehind(position, least) ? position : least),
      first.position,
    );
    const { records } = kept;
    const unread = records.findIndex((record) => isBehind(slowest, numberOf(record)));
    const from = Math.max(unread === -1 ? records.length : unread, records.length - MAX_KEPT);
    if (from > 0) kept = { ...kept, records: records.slice(from), start: numberOf(records[from - 1]) };
  }

  return {
    enter(position) {
      const place: Place = { position, iterator: undefined };
      places.add(place);
      return {
        async next() {
          const reading = keptAfter(place.position) ?? (await ask(place));
          place.position = numberOf(reading.records.at(-1)) ?? place.position;
          place.iterator = reading.iterator;
          forgetRead();
          return reading;
        },
        leave: () => {
          places.delete(place);
          forgetRead();
        },
      };
    },
  };
}

/** `undefined` if the position is not among the records. */
function recordsAfter({ records, start }: Kept, position: string | undefined) {
  if (position === start) return records;
  const index = records.findLastIndex((record) => numberOf(record) === position);
  return index === -1 ? undefined : records.slice(index + 1);
}

function numberOf(record: StreamRecord | undefined): string | undefined {
  return record?.dynamodb.SequenceNumber;
}

/** Whether a position is in front of another; `undefined` is in front of all. */
function isBehind(position: string | undefined, other: string | undefined): boolean {
  if (other === undefined) return false;
  return position === undefined || BigInt(position) < BigInt(other);
}
