import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DueIndex } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { pageOf, startKey } from './index-pages.ts';
import { dueKeyOf, duePartitionPk, INDEXES } from './keys.ts';

export function createDueIndex({ documents, name: TableName }: Table): DueIndex {
  return {
    async page({ partition, before, limit, cursor }) {
      const answer = await calling('Finding what is due', () =>
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
      return pageOf(answer, dueKeyOf);
    },
  };
}
