import type { Parking } from '../../core/deliver/relay.ts';
import { dayOf, isoTime } from '../../core/time.ts';
import { ttlAfter } from '../../protocol/table/outcome-layout.ts';
import { calling } from '../aws-faults.ts';
import { PutCommand } from './documents/document-commands.ts';
import { parkedPk } from './items/item-keys.ts';
import type { Table } from './table/table-client.ts';

/** Maximum characters kept of an unreadable payload. An item may have 400 KB. */
const MAX_PAYLOAD_CHARACTERS = 90_000;

/** Parked rows are stored by the day on which they were parked. Parking the same record twice leaves one row. */
export function createParking(table: Table, options: { readonly retentionDays: number }): Parking {
  return {
    async park({ recordId, reason, payload }) {
      const nowMs = table.clock.now();
      const parkedAt = isoTime(nowMs);
      await calling('Parking a record', () =>
        table.documents.send(
          new PutCommand({
            TableName: table.name,
            Item: {
              pk: parkedPk(dayOf(parkedAt), recordId),
              sk: recordId,
              reason,
              payload: payload.slice(0, MAX_PAYLOAD_CHARACTERS),
              parkedAt,
              ttl: ttlAfter(nowMs, options.retentionDays),
            },
          }),
        ),
      );
    },
  };
}
