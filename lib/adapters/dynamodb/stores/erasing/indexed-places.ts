import type { Erasure } from '../../../../core/merchants/erasing/erasure.ts';
import { PARTITIONS } from '../../../../core/partitions.ts';
import { feedPk, merchantTransactionsPk } from '../../../../protocol/table/outcome-layout.ts';
import type { QueryCommandInput } from '../../documents/document-commands.ts';
import {
  duePartitionPk,
  INDEXES,
  undeliveredPartitionPk,
  unresolvedPartitionPk,
  unresolvedSk,
} from '../../items/item-keys.ts';
import type { Table } from '../../table/table-client.ts';
import { deleteTransactions } from './transaction-rows.ts';
import type { RowPlace } from './walking-places.ts';

/** Rows of an index per step: each names a transaction with a few rows. */
const TRANSACTIONS = 100;
/** Rows of the due index per step, of all merchants: few are of this one. */
const DUE_ROWS = 1_000;

/**
 * Transactions by the indexes that name them. Each has a partition of its own, so there is no other way to find them. The
 * row's primary key says whose it is, not the index key: initiators write outcomes in their own transactions.
 */
export function indexedPlaces(
  table: Table,
  { merchantId, feedShards }: Pick<Erasure, 'merchantId' | 'feedShards'>,
): Readonly<Record<'listed' | 'undelivered' | 'unresolved' | 'due', RowPlace>> {
  const own = merchantTransactionsPk(merchantId);
  const place = (parts: number, query: RowPlace['query']): RowPlace => ({
    table,
    parts,
    query,
    remove: (page) =>
      deleteTransactions(
        table,
        page.filter(({ pk }) => pk.startsWith(own)),
      ),
  });
  return {
    listed: place(feedShards, (shard) =>
      indexQuery(INDEXES.feed, { condition: 'feedPk = :pk', values: { ':pk': feedPk(merchantId, shard) } }),
    ),
    undelivered: place(PARTITIONS, (partition) =>
      indexQuery(INDEXES.undelivered, {
        condition: 'undeliveredPk = :pk',
        values: { ':pk': undeliveredPartitionPk(merchantId, partition) },
      }),
    ),
    unresolved: place(PARTITIONS, (partition) =>
      indexQuery(INDEXES.undelivered, {
        // The character after the separator ends the range of this merchant.
        condition: 'undeliveredPk = :pk AND undeliveredSk BETWEEN :from AND :to',
        values: {
          ':pk': unresolvedPartitionPk(partition),
          ':from': unresolvedSk(`${merchantId}#`),
          ':to': unresolvedSk(`${merchantId}$`),
        },
      }),
    ),
    due: place(PARTITIONS, (partition) => ({
      ...indexQuery(INDEXES.due, { condition: 'duePk = :pk', values: { ':pk': duePartitionPk(partition) } }),
      Limit: DUE_ROWS,
    })),
  };
}

interface IndexRange {
  readonly condition: string;
  readonly values: Readonly<Record<string, string>>;
}

function indexQuery(
  IndexName: string,
  { condition, values }: IndexRange,
): Omit<QueryCommandInput, 'TableName'> {
  return {
    IndexName,
    KeyConditionExpression: condition,
    ExpressionAttributeValues: values,
    ProjectionExpression: 'pk, sk',
    Limit: TRANSACTIONS,
  };
}
