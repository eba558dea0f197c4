import type { ParkedRecord, ParkedRecords } from '../../../core/deliver/aside/parked-list.ts';
import type { Parking } from '../../../core/deliver/relay.ts';
import { partitionOf } from '../../../core/partitions.ts';
import type { Clock } from '../../../core/runtime/environment.ts';
import { dayOf, isoTime } from '../../../core/time.ts';

/** @param parked the records, by day and id */
export function memoryParking(
  parked: Map<string, ParkedRecord>,
  clock: Clock,
): { readonly parking: Parking; readonly parked: ParkedRecords } {
  const nameOf = (record: ParkedRecord) => `${dayOf(record.parkedAt)} ${record.recordId}`;
  return {
    parking: {
      async park({ recordId, reason, payload }) {
        const record = { recordId, reason, payload, parkedAt: isoTime(clock.now()) };
        parked.set(nameOf(record), record);
      },
    },
    parked: {
      async page({ day, partition, after = '', limit }) {
        return [...parked.values()]
          .filter((one) => dayOf(one.parkedAt) === day && partitionOf(one.recordId) === partition)
          .filter(({ recordId }) => recordId > after)
          .sort((left, right) => (left.recordId < right.recordId ? -1 : 1))
          .slice(0, limit);
      },
      async find(recordId, days) {
        return days.map((day) => parked.get(`${day} ${recordId}`)).find((one) => one !== undefined);
      },
      async remove(record) {
        if (parked.get(nameOf(record))?.parkedAt === record.parkedAt) parked.delete(nameOf(record));
      },
    },
  };
}
