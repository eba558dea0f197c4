import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { merchantIdSchema } from '../../core/model.ts';
import type { Directory } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { unlessRefused } from './conditions.ts';
import { AUDITED_SK, CLOSED_SK, directoryPartitionPk, directoryPk, merchantPk } from './keys.ts';
import { queryAll } from './query-all.ts';

const entrySchema = z.object({
  merchantId: merchantIdSchema,
  createdAt: z.iso.datetime(),
  closedThrough: z.iso.datetime().exactOptional(),
  failures: z.number().int().default(0),
});
const closedSchema = z.object({ closedThrough: z.iso.datetime(), windowSeconds: z.number().int() });
const auditedSchema = z.object({ auditedThrough: z.iso.datetime() });

export function createDirectory(table: Table): Directory {
  const { documents, name: TableName } = table;
  const readMark = async (partition: number, sk: string) => {
    const { Item } = await calling('Reading a mark', () =>
      documents.send(
        new GetCommand({ TableName, Key: { pk: directoryPartitionPk(partition), sk }, ConsistentRead: true }),
      ),
    );
    return Item;
  };
  const update = (command: UpdateCommand) =>
    calling('Saving a mark', () => unlessRefused(() => documents.send(command)));

  return {
    async list(partition) {
      const items = await queryAll(table, 'Listing merchants', {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :merchants)',
        ExpressionAttributeValues: { ':pk': directoryPartitionPk(partition), ':merchants': 'M#' },
        ConsistentRead: true,
      });
      return items.map((item) => entrySchema.parse(item));
    },

    async closed(partition) {
      const mark = await readMark(partition, CLOSED_SK);
      return mark === undefined ? undefined : closedSchema.parse(mark);
    },

    async saveClosed(partition, { closedThrough, windowSeconds }) {
      await update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPartitionPk(partition), sk: CLOSED_SK },
          UpdateExpression:
            'SET closedThrough = :through, windowSeconds = if_not_exists(windowSeconds, :seconds)',
          // Invariant: what is closed stays closed; a run that was overtaken changes nothing.
          ConditionExpression: 'attribute_not_exists(pk) OR closedThrough < :through',
          ExpressionAttributeValues: { ':through': closedThrough, ':seconds': windowSeconds },
        }),
      );
    },

    async saveOwnMark(merchantId, closedThrough) {
      const change = (UpdateExpression: string, ConditionExpression: string) =>
        update(
          new UpdateCommand({
            TableName,
            Key: { pk: directoryPk(merchantId), sk: merchantPk(merchantId) },
            UpdateExpression,
            ConditionExpression,
            ExpressionAttributeValues: {
              ':one': 1,
              ...(UpdateExpression.includes(':through') && { ':through': closedThrough }),
            },
          }),
        );
      // Invariant: the earliest failure counts; and no row is made for a merchant that is not there.
      const isEarliest = await change(
        'SET closedThrough = :through ADD failures :one',
        'attribute_exists(pk) AND (attribute_not_exists(closedThrough) OR closedThrough > :through)',
      );
      if (!isEarliest) await change('ADD failures :one', 'attribute_exists(pk)');
    },

    async clearOwnMark({ merchantId, closedThrough, failures }) {
      if (closedThrough === undefined) return;
      await update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPk(merchantId), sk: merchantPk(merchantId) },
          UpdateExpression: 'REMOVE closedThrough',
          // Invariant: nobody failed to close it since this run listed it, at a later window perhaps.
          ConditionExpression: 'closedThrough = :seen AND failures = :failures',
          ExpressionAttributeValues: { ':seen': closedThrough, ':failures': failures },
        }),
      );
    },

    async audited(partition) {
      const mark = await readMark(partition, AUDITED_SK);
      return mark === undefined ? undefined : auditedSchema.parse(mark).auditedThrough;
    },

    async saveAudited(partition, auditedThrough) {
      await update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPartitionPk(partition), sk: AUDITED_SK },
          UpdateExpression: 'SET auditedThrough = :through',
          // Invariant: never back.
          ConditionExpression: 'attribute_not_exists(pk) OR auditedThrough < :through',
          ExpressionAttributeValues: { ':through': auditedThrough },
        }),
      );
    },
  };
}
