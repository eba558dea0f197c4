import { daysBack } from '../../../../core/deliver/aside/parked-list.ts';
import type { MerchantId } from '../../../../core/model.ts';
import { PARTITIONS } from '../../../../core/partitions.ts';
import { merchantTransactionsPk } from '../../../../protocol/table/outcome-layout.ts';
import { parkedPartitionPk } from '../../items/item-keys.ts';
import { deleteRows } from '../../table/delete-rows.ts';
import type { Table } from '../../table/table-client.ts';
import type { RowPlace } from './walking-places.ts';

/** Days for which parked records are kept beyond the retention, with a margin for rows that expire late. */
const MARGIN_DAYS = 12;

interface ParkedRows {
  readonly merchantId: MerchantId;
  readonly retentionDays: number;
}

/**
 * Parked records are stored by day, those of all merchants together. A record is this merchant's if the keys in it say so: within
 * a text that an initiator wrote, the quotes would be escaped. If midnight comes during the walk, each part is
 * the partition a day later, so a day is walked twice.
 */
export function parkedPlace(table: Table, { merchantId, retentionDays }: ParkedRows): RowPlace {
  const days = retentionDays + MARGIN_DAYS;
  return {
    table,
    parts: days * PARTITIONS,
    query: (part) => {
      const day = daysBack(days, table.clock.now())[Math.floor(part / PARTITIONS)] ?? '';
      return {
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'contains(payload, :key)',
        ExpressionAttributeValues: {
          ':pk': parkedPartitionPk(day, part % PARTITIONS),
          ':key': `"pk":{"S":"${merchantTransactionsPk(merchantId)}`,
        },
        ProjectionExpression: 'pk, sk',
        ConsistentRead: true,
      };
    },
    remove: (page) => deleteRows(table, page),
  };
}
