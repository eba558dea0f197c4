import { calling } from '../../aws-faults.ts';
import { QueryCommand } from '../documents/document-commands.ts';
import { INDEXES } from '../items/item-keys.ts';
import { pageOf, startKey } from './index-pages.ts';
import type { Table } from './table-client.ts';

/** A range of sort keys in one partition of the index. */
interface UndeliveredRange<Key> {
  /** For error messages: what is read. */
  readonly what: string;
  readonly pk: string;
  /** Inclusive. */
  readonly from: string;
  /** Inclusive. */
  readonly to: string;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly read: (row: Readonly<Record<string, unknown>>) => Key | undefined;
}

/** Reads a page of what is undelivered or unresolved. Eventually consistent. */
export async function undeliveredPage<Key>(
  { documents, name: TableName }: Table,
  { what, pk, from, to, limit, cursor, read }: UndeliveredRange<Key>,
): Promise<{ readonly keys: readonly Key[]; readonly cursor?: string }> {
  // An empty range is valid here, but BETWEEN rejects a range that ends before it begins.
  if (from >= to) return { keys: [] };
  const query = new QueryCommand({
    TableName,
    IndexName: INDEXES.undelivered,
    KeyConditionExpression: 'undeliveredPk = :pk AND undeliveredSk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
    Limit: limit,
    ExclusiveStartKey: startKey(cursor),
  });
  return pageOf(await calling(what, () => documents.send(query)), read);
}
