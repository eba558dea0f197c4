import { type Counts, sumOfCounts } from '../../../core/counts/attempt-counts.ts';
import type { CountKey, CountRow, CountStore } from '../../../core/counts/count-store.ts';

export interface MarkedRow extends CountRow {
  readonly marks: ReadonlyMap<string, string>;
}

const NONE: Counts = new Map();
const nameOf = ({ merchantId, hour, endpointId, changedOn = '' }: CountKey) =>
  `${merchantId}#${hour}#${endpointId}#${changedOn}`;

/** @param rows by name */
export function memoryCounts(rows: Map<string, MarkedRow> = new Map()): CountStore {
  return {
    async add({ key, shard, first, last, counts }) {
      const row = rows.get(nameOf(key));
      const mark = row?.marks.get(shard);
      if (mark !== undefined && mark >= first) return false;
      rows.set(nameOf(key), {
        ...key,
        counts: sumOfCounts([row?.counts ?? NONE, counts]),
        marks: new Map([...(row?.marks ?? []), [shard, last]]),
      });
      return true;
    },
    async mark(key, shard) {
      return rows.get(nameOf(key))?.marks.get(shard);
    },
    async rows({ merchantId, from, to }) {
      return [...rows]
        .filter(([, row]) => row.merchantId === merchantId && row.hour >= from && row.hour < to)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, { marks: _marks, ...row }]) => row);
    },
  };
}
