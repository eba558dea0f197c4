import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { FeedStore, Reporter } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { feedPk, INDEXES, transactionPk } from './keys.ts';
import { outcomeFromItem } from './outcome-items.ts';

export function createFeedStore(table: Table, reporter: Reporter): FeedStore {
  return {
    async page({ merchantId, shard, from, to, limit, cursor }) {
      // An empty range is an answer; BETWEEN refuses one that ends before it begins.
      if (from >= to) return { rows: [] };
      const answer = await calling('Reading the feed', () =>
        table.documents.send(
          new QueryCommand({
            TableName: table.name,
            IndexName: INDEXES.feed,
            // Sort keys go on behind the time, so both bounds fall before the rows of their own moment.
            KeyConditionExpression: 'feedPk = :pk AND feedSk BETWEEN :from AND :to',
            ExpressionAttributeValues: { ':pk': feedPk(merchantId, shard), ':from': from, ':to': to },
            Limit: limit,
            ExclusiveStartKey: cursor === undefined ? undefined : JSON.parse(cursor),
          }),
        ),
      );
      // Initiators write outcomes by their own transactions: a row's own key says whose it is, not the index.
      const rows = (answer.Items ?? []).filter((item) => {
        const isOwn =
          item.merchantId === merchantId &&
          item.pk === transactionPk({ merchantId, transactionId: item.transactionId });
        if (!isOwn) reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.feed });
        return isOwn;
      });
      const { LastEvaluatedKey } = answer;
      return {
        rows: rows.map(outcomeFromItem),
        ...(LastEvaluatedKey !== undefined && { cursor: JSON.stringify(LastEvaluatedKey) }),
      };
    },
  };
}
