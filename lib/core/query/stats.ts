import { type Counts, DELAY, DELIVERED, FAILED, sumOfCounts } from '../counts/attempt-counts.ts';
import type { ALL, CountRow, CountStore } from '../counts/count-store.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import { DAY_MS, HOUR_MS, isoTime, msOf } from '../time.ts';

/** How finely counts are given, in UTC. */
export const STATS_RESOLUTIONS = ['hour', 'day'] as const;
type StatsResolution = (typeof STATS_RESOLUTIONS)[number];

const LENGTH_MS: Readonly<Record<StatsResolution, number>> = { hour: HOUR_MS, day: DAY_MS };

/** The longest range: a row for each hour and each of a merchant's endpoints is read. */
export const MAX_STATS_MS = 31 * DAY_MS;

export interface StatsQuestion {
  /** The merchant, or `*` for the whole service. */
  readonly merchantId: MerchantId | typeof ALL;
  readonly endpointId?: EndpointId;
  readonly from: string;
  readonly to: string;
  readonly resolution: StatsResolution;
}

export interface Stats {
  /** The hours or days that the answer covers: those that the question's range touches. */
  readonly from: string;
  readonly to: string;
  /** Without periods in which nothing was attempted. */
  readonly periods: readonly { readonly start: string; readonly counts: Counts }[];
  /** Sums of the whole range, by endpoint id. */
  readonly endpoints: readonly { readonly endpointId: CountRow['endpointId']; readonly counts: Counts }[];
}

/** Sums up the hours of a range. Attempts of about the last minute are not counted yet. */
export async function readStats(
  { counts }: { readonly counts: Pick<CountStore, 'rows'> },
  { merchantId, endpointId, resolution, ...range }: StatsQuestion,
): Promise<Stats> {
  const lengthMs = LENGTH_MS[resolution];
  const startOf = (ms: number) => isoTime(Math.floor(ms / lengthMs) * lengthMs);
  const [from, to] = [startOf(msOf(range.from)), startOf(msOf(range.to) + lengthMs - 1)];
  const all = attemptsIn(await counts.rows({ merchantId, from, to }));
  const rows = endpointId === undefined ? all : all.filter((row) => row.endpointId === endpointId);
  const sums = (keyOf: (row: CountRow) => string) =>
    [...Map.groupBy(rows, keyOf)].map(([key, some]) => ({
      key,
      counts: sumOfCounts(some.map((row) => row.counts)),
    }));
  return {
    from,
    to,
    periods: sums(({ hour }) => startOf(msOf(hour))).map(({ key: start, ...sum }) => ({ start, ...sum })),
    endpoints: sums((row) => row.endpointId)
      .map(({ key, ...sum }) => ({ endpointId: key as CountRow['endpointId'], ...sum }))
      .sort((left, right) => (left.endpointId < right.endpointId ? -1 : 1)),
  };
}

const BEGINNINGS = [FAILED, DELAY];

/** The counts of attempts. A row may only have states of notifications: then none was attempted in its hour. */
function attemptsIn(rows: readonly CountRow[]): readonly CountRow[] {
  return rows.flatMap(({ counts, ...key }) => {
    const own = [...counts].filter(
      ([name]) => name === DELIVERED || BEGINNINGS.some((start) => name.startsWith(start)),
    );
    return own.length === 0 ? [] : [{ ...key, counts: new Map(own) }];
  });
}
