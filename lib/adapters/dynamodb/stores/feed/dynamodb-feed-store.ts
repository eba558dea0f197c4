import type { FeedCounter } from '../../../../core/deliver/redelivery/count-listed.ts';
import type { FeedStore } from '../../../../core/feed/feed-store.ts';
import { isTerminal, type MerchantId, type TerminalOutcome } from '../../../../core/model.ts';
import { readUntilUnreadable } from '../../../../core/record/stored-outcome.ts';
import type { Reporter } from '../../../../core/runtime/environment.ts';
import { isoTime, msOf } from '../../../../core/time.ts';
import { feedOrder, feedPk, merchantTransactionsPk } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { QueryCommand } from '../../documents/document-commands.ts';
import { INDEXES } from '../../items/item-keys.ts';
import { outcomeFromItem } from '../../items/outcome-items.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import type { Table } from '../../table/table-client.ts';

export function createFeedStore(table: Table, reporter: Reporter): FeedStore & FeedCounter {
  /** Returns the row, or nothing if it belongs to another merchant: such a row is dropped and reported. */
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
    async count({ merchantId, shard, from, to, most }) {
      if (from >= to) return 0;
      let count = 0;
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const answer = await calling('Counting the feed', () =>
          table.documents.send(
            new QueryCommand({
              TableName: table.name,
              IndexName: INDEXES.feed,
              KeyConditionExpression: 'feedPk = :pk AND feedSk BETWEEN :from AND :to',
              ExpressionAttributeValues: { ':pk': feedPk(merchantId, shard), ':from': from, ':to': to },
              Select: 'COUNT',
              ExclusiveStartKey,
            }),
          ),
        );
        count += answer.Count ?? 0;
        ExclusiveStartKey = answer.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined && count < most);
      return count;
    },

    async page({ merchantId, shard, from, to, after, limit, cursor }) {
      // A sort key ends with the version, so this value falls between the key and the next one.
      const behind = after === undefined ? '' : `${feedOrder(after)}#`;
      const first = behind > from ? behind : from;
      // An empty range is valid here, but BETWEEN rejects a range that ends before it begins.
      if (first >= to) return { rows: [] };
      const answer = await calling('Reading the feed', () =>
        table.documents.send(
          new QueryCommand({
            TableName: table.name,
            IndexName: INDEXES.feed,
            // Sort keys continue after the time, so each bound sorts before the rows of its own moment.
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
      // The next page begins after the last row of this one.
      const goOn = last === undefined ? answer.LastEvaluatedKey : indexKeyOf(last);
      return { rows: read.flat(), ...(goOn !== undefined && { cursor: JSON.stringify(goOn) }) };
    },
  };
}

function indexKeyOf({ pk, sk, feedPk, feedSk }: Item): Item {
  return { pk, sk, feedPk, feedSk };
}

/**
 * Initiators write outcomes in their own transactions. So the row's primary key says whose it is, not the index key. A row
 * of the merchant itself must be readable, and its position in the feed must match its contents.
 *
 * @throws TypeError, or a Fault `unreadable_row`, if a row of the merchant itself is invalid
 */
function ownRow(item: Item, merchantId: MerchantId): TerminalOutcome {
  const row = outcomeFromItem(item);
  const isOwn = isTerminal(row) && row.merchantId === merchantId;
  if (!isOwn) throw new TypeError('It is not a terminal outcome of its merchant.');
  const isInPlace = item.feedSk === feedOrder(row) && row.listedAt === isoTime(msOf(row.listedAt));
  if (!isInPlace) throw new TypeError('Its position in the feed does not match its contents.');
  return row;
}
