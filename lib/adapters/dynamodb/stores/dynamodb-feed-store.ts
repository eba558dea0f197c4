import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Reporter } from '../../../core/environment.ts';
import type { FeedStore } from '../../../core/feed/feed-store.ts';
import { isTerminal, type MerchantId, type TerminalOutcome } from '../../../core/model.ts';
import { readUntilUnreadable } from '../../../core/record/stored-outcome.ts';
import { isoTime, msOf } from '../../../core/time.ts';
import { feedOrder, feedPk, merchantTransactionsPk } from '../../../protocol/table/outcome-layout.ts';
import { calling } from '../../aws-faults.ts';
import { INDEXES } from '../items/item-keys.ts';
import { outcomeFromItem } from '../items/outcome-items.ts';
import { type Item, readItem } from '../reading-rows.ts';
import type { Table } from '../table/table-client.ts';

export function createFeedStore(table: Table, reporter: Reporter): FeedStore {
  /** One row, or none of another merchant: that is dropped, and told. */
  const readRow = (item: Item, merchantId: MerchantId): readonly TerminalOutcome[] => {
    if (!String(item.pk).startsWith(merchantTransactionsPk(merchantId))) {
      reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.feed });
      return [];
    }
    return [
      readItem({ reporter }, item, { kind: 'a row of the feed', read: (one) => ownRow(one, merchantId) }),
    ];
  };

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
      const items = answer.Items ?? [];
      const { read, taken } = readUntilUnreadable(items, (item) => readRow(item, merchantId));
      const last = taken < items.length ? items[taken - 1] : undefined;
      // The next page begins with the row that ended this one.
      const goOn = last === undefined ? answer.LastEvaluatedKey : indexKeyOf(last);
      return { rows: read.flat(), ...(goOn !== undefined && { cursor: JSON.stringify(goOn) }) };
    },
  };
}

function indexKeyOf({ pk, sk, feedPk, feedSk }: Item): Item {
  return { pk, sk, feedPk, feedSk };
}

/**
 * Initiators write outcomes by their own transactions: a row's own key says whose it is, not the index. Of a merchant's own
 * row it is demanded that it can be read, and that it stands in the feed where it says.
 *
 * @throws TypeError, or a Fault `unreadable_row`, where a row of the merchant's own is not right
 */
function ownRow(item: Item, merchantId: MerchantId): TerminalOutcome {
  const row = outcomeFromItem(item);
  const isOwn = isTerminal(row) && row.merchantId === merchantId;
  if (!isOwn) throw new TypeError('It is no terminal outcome of its merchant.');
  const isInPlace = item.feedSk === feedOrder(row) && row.listedAt === isoTime(msOf(row.listedAt));
  if (!isInPlace) throw new TypeError('It stands elsewhere in the feed than it says.');
  return row;
}
