import {
  daysBack,
  listParked,
  type ParkedPosition,
  type ParkedRecord,
  type ParkedRecords,
} from '../../core/deliver/aside/parked-list.ts';
import { keyOfParked, type PutBackPorts, putBack } from '../../core/deliver/aside/put-back.ts';
import type { AuditWriter } from '../../core/merchants/audit-log/audit-trail.ts';
import { PARTITIONS } from '../../core/partitions.ts';
import type { Random } from '../../core/runtime/environment.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { acting } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { type PagedList, pageEnd, readCursor } from '../list-cursor.ts';
import {
  DEFAULT_PARKED_DAYS,
  listParkedRecords,
  MAX_PARKED_PAGE,
  putBackParkedRecord,
  putBackParkedRecords,
} from './parked-contract.ts';

export interface ParkedPorts extends Omit<PutBackPorts, 'parked'> {
  readonly parked: ParkedRecords;
  readonly auditLog: AuditWriter;
  readonly random: Random;
}

/** Records put back at a time. Each reads its outcome and sends a few messages. */
const CONCURRENCY = 5;

export function parkedRoutes(ports: ParkedPorts): readonly Route[] {
  const daysOf = ({ days = DEFAULT_PARKED_DAYS }: { readonly days?: number }) =>
    daysBack(days, ports.clock.now());

  return [
    route(listParkedRecords, async ({ query }) => {
      const { cursor, limit = MAX_PARKED_PAGE } = query;
      const place = readCursor(LIST, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { kind: _kind, ...after } = place;
      const { records, next } = await listParked(ports.parked, { days: daysOf(query), limit, ...after });
      return answer(200, { items: records.map(recordView), ...pageEnd(LIST, next) });
    }),

    route(putBackParkedRecord, async ({ caller, params: { recordId }, query }) => {
      const record = await ports.parked.find(recordId, daysOf(query));
      if (record === undefined) return problem('unknown_record');
      const { trail } = acting(ports, caller);
      await ports.auditLog.append(trail.entry({ action: 'parked.put_back', recordId }));
      return answer(200, await putOne(ports, record));
    }),

    route(putBackParkedRecords, async ({ caller, query }) => {
      const { cursor, limit = MAX_PARKED_PAGE } = query;
      const place = readCursor(LIST, cursor);
      if (place.kind === 'invalid') return place.problem;
      const { kind: _kind, ...after } = place;
      const { records, next } = await listParked(ports.parked, { days: daysOf(query), limit, ...after });
      if (records.length > 0) {
        const { trail } = acting(ports, caller);
        await ports.auditLog.append(trail.entry({ action: 'parked.put_back' }));
      }
      const items = await boundedMap(records, CONCURRENCY, (record) => putOne(ports, record));
      return answer(200, { items, ...pageEnd(LIST, next) });
    }),
  ];
}

async function putOne(ports: ParkedPorts, record: ParkedRecord): Promise<object> {
  const { kind: result, ...reason } = await putBack(ports, record);
  return { recordId: record.recordId, result, ...reason };
}

export function recordView(record: ParkedRecord): object {
  const { recordId, parkedAt, reason } = record;
  const outcome = keyOfParked(record);
  return { recordId, parkedAt, reason, ...(outcome !== undefined && { outcome }) };
}

const POSITION = /^(\d{4}-\d\d-\d\d)#(\d{1,2})#(.{1,256})$/s;

/** `days` is not part of the filter: it only says where the list ends. */
const LIST: PagedList<ParkedPosition> = {
  name: 'parked',
  textOf: ({ day, partition, recordId }) => `${day}#${partition}#${recordId}`,
  positionOf: (text) => {
    const [, day, number, recordId] = POSITION.exec(text) ?? [];
    const partition = Number(number);
    if (day === undefined || recordId === undefined || partition >= PARTITIONS) return undefined;
    return { day, partition, recordId };
  },
};
