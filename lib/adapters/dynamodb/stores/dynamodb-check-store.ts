import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Check, checkSchema } from '../../../core/check-back/check-state.ts';
import type { CheckStore } from '../../../core/check-back/check-store.ts';
import { transactionPk } from '../../../protocol/table/outcome-layout.ts';
import { calling } from '../../aws-faults.ts';
import {
  CHECK_SK,
  checkKeyOf,
  dueCheckPk,
  INDEXES,
  unresolvedPartitionPk,
  unresolvedPk,
} from '../items/item-keys.ts';
import { pageOf, startKey } from '../table/index-pages.ts';
import type { Table } from '../table/table-client.ts';
import { createFencedStore } from './dynamodb-fenced-store.ts';

export function createCheckStore(table: Table): CheckStore {
  const { documents, name: TableName } = table;
  return {
    ...createFencedStore(table, {
      name: 'a check',
      keyOf: (key) => ({ pk: transactionPk(key), sk: CHECK_SK }),
      toItem: checkItem,
      fromItem: (item) => checkSchema.parse(item),
    }),

    async unresolved({ partition, limit, cursor }) {
      const answer = await calling('Finding what is unresolved', () =>
        documents.send(
          new QueryCommand({
            TableName,
            IndexName: INDEXES.undelivered,
            KeyConditionExpression: 'undeliveredPk = :pk',
            ExpressionAttributeValues: { ':pk': unresolvedPartitionPk(partition) },
            Limit: limit,
            ExclusiveStartKey: startKey(cursor),
          }),
        ),
      );
      return pageOf(answer, checkKeyOf);
    },
  };
}

/** Without an expiry: as long as nobody knows the end, it is still waited for. Its end lets it expire. */
export function checkItem(check: Check): Record<string, unknown> {
  return {
    pk: transactionPk(check),
    sk: CHECK_SK,
    ...check,
    ...(check.nextAttemptAt !== undefined && { duePk: dueCheckPk(check) }),
    ...(check.state === 'unresolved' && {
      undeliveredPk: unresolvedPk(check),
      undeliveredSk: `${check.state}#${check.startedAt}#${check.merchantId}#${check.transactionId}`,
    }),
  };
}
