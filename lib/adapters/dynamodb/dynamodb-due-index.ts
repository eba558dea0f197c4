import type { DueIndex } from '../../core/deliver/due-index.ts';
import { calling } from '../aws-faults.ts';
import { QueryCommand } from './documents/document-commands.ts';
import { dueKeyOf, duePartitionPk, INDEXES } from './items/item-keys.ts';
import { pageOf, startKey } from './table/index-pages.ts';
import type { Table } from './table/table-client.ts';

export function createDueIndex({ documents, name: TableName }: Table): DueIndex {
  return {
    async page({ partition, before, limit, cursor }) {
      const answer = await calling('Querying the due index', () =>
        documents.send(
          new QueryCommand({
            TableName,
            IndexName: INDEXES.due,
            KeyConditionExpression: 'duePk = :pk AND nextAttemptAt <= :before',
            ExpressionAttributeValues: { ':pk': duePartitionPk(partition), ':before': before },
            Limit: limit,
            ExclusiveStartKey: startKey(cursor),
          }),
        ),
      );
      const oldest = answer.Items?.[0]?.nextAttemptAt as string | undefined;
      return { ...pageOf(answer, dueKeyOf), ...(oldest !== undefined && { oldest }) };
    },
  };
}
