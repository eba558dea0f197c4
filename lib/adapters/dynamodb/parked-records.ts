import type { ParkedRecord, ParkedRecords } from '../../core/deliver/aside/parked-list.ts';
import { dayOf } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';
import { DeleteCommand, GetCommand, QueryCommand } from './documents/document-commands.ts';
import { parkedPartitionPk, parkedPk } from './items/item-keys.ts';
import { conditionalWrite } from './table/conditions.ts';
import type { Table } from './table/table-client.ts';

/** Reads and removes parked rows. Each day has a few partitions; a record's id determines its partition. */
export function createParkedRecords(table: Table): ParkedRecords {
  const { documents, name: TableName } = table;
  const keyOf = (day: string, recordId: string) => ({ pk: parkedPk(day, recordId), sk: recordId });

  return {
    async page({ day, partition, after, limit }) {
      const pk = parkedPartitionPk(day, partition);
      const records: ParkedRecord[] = [];
      let ExclusiveStartKey = after === undefined ? undefined : { pk, sk: after };
      do {
        const query = new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          ConsistentRead: true,
          Limit: limit - records.length,
          ExclusiveStartKey,
        });
        // The records of a page may be larger than one answer of the table.
        const { Items = [], LastEvaluatedKey } = await calling('Listing parked records', () =>
          documents.send(query),
        );
        records.push(...Items.map(recordOf));
        ExclusiveStartKey = LastEvaluatedKey as typeof ExclusiveStartKey;
      } while (ExclusiveStartKey !== undefined && records.length < limit);
      return records;
    },

    async find(recordId, days) {
      for (const day of days) {
        const get = new GetCommand({ TableName, Key: keyOf(day, recordId), ConsistentRead: true });
        const { Item } = await calling('Finding a parked record', () => documents.send(get));
        if (Item !== undefined) return recordOf(Item);
      }
      return undefined;
    },

    async remove({ recordId, parkedAt }) {
      const remove = new DeleteCommand({
        TableName,
        Key: keyOf(dayOf(parkedAt), recordId),
        // Invariant: a record that was parked again meanwhile stays.
        ConditionExpression: 'attribute_not_exists(pk) OR parkedAt = :parkedAt',
        ExpressionAttributeValues: { ':parkedAt': parkedAt },
      });
      await calling('Removing a parked record', () => conditionalWrite(() => documents.send(remove)));
    },
  };
}

function recordOf(item: Readonly<Record<string, unknown>>): ParkedRecord {
  return {
    recordId: String(item.sk),
    parkedAt: String(item.parkedAt),
    reason: String(item.reason),
    payload: String(item.payload),
  };
}
