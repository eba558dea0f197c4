import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Reporter } from '../../../core/environment.ts';
import type { FeedStore } from '../../../core/feed/feed-store.ts';
import { isTerminal, type MerchantId, type TerminalOutcome } from '../../../core/model.ts';
import { isoTime, msOf } from '../../../core/time.ts';
import { feedOrder, feedPk, transactionPk } from '../../../protocol/table/outcome-layout.ts';
import { calling } from '../../aws-faults.ts';
import { INDEXES } from '../items/item-keys.ts';
import { outcomeFromItem } from '../items/outcome-items.ts';
import type { Table } from '../table/table-client.ts';

export function createFeedStore(table: Table, reporter: Reporter): FeedStore {
  return {
    async page({ merchantId, shard, from, to, after, limit, cursor }) {
      // No sort key goes on behind its version, so this falls between the key and whatever follows it.
      const behind = after === undefined ? '' : `${feedOrder(after)}#`;
      const first = behind > from ? behind : from;
      // An empty range is an answer; BETWEEN refuses one that ends before it begins.
      if (first >= to) return { rows: [] };
      const answer = await calling('Reading the feed', () =>
        table.documents.send(
          new QueryCommand({
            TableName: table.name,
            IndexName: INDEXES.feed,
            // Sort keys go on behind the time, so both bounds fall before the rows of their own moment.
            KeyConditionExpression: 'feedPk = :pk AND feedSk BETWEEN :from AND :to',
            ExpressionAttributeValues: { ':pk': feedPk(merchantId, shard), ':from': first, ':to': to },
            Limit: limit,
            ExclusiveStartKey: cursor === undefined ? undefined : JSON.parse(cursor),
          }),
        ),
      );
      const rows = (answer.Items ?? []).flatMap((item) => {
        const row = ownRow(item, merchantId);
        if (row === undefined) reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.feed });
        return row ?? [];
      });
      const { LastEvaluatedKey } = answer;
      return {
        rows,
        ...(LastEvaluatedKey !== undefined && { cursor: JSON.stringify(LastEvaluatedKey) }),
      };
    },
  };
}

/**
 * Initiators write outcomes by their own transactions: a row's own key says whose it is, not the index. One that
 * stands elsewhere in the feed than it says, or that nobody can read, would hold up all that stands behind it.
 */
function ownRow(
  item: Readonly<Record<string, unknown>>,
  merchantId: MerchantId,
): TerminalOutcome | undefined {
  try {
    const row = outcomeFromItem(item);
    if (!isTerminal(row) || row.merchantId !== merchantId || item.pk !== transactionPk(row)) return undefined;
    const isInPlace = item.feedSk === feedOrder(row) && row.listedAt === isoTime(msOf(row.listedAt));
    return isInPlace ? row : undefined;
  } catch {
    return undefined;
  }
}
