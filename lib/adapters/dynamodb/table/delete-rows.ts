import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { calling } from '../../aws-faults.ts';
import { DeleteCommand } from '../documents/document-commands.ts';
import type { RowKey } from './batch-get.ts';
import type { Table } from './table-client.ts';

/** Rows deleted side by side. */
const CONCURRENCY = 25;

/**
 * Deletes rows, in no order. A row that is gone already is no error.
 *
 * Not `BatchWriteItem`: its permission would also let the caller put rows. The SDK repeats what the table throttles.
 *
 * @returns the number of rows
 * @throws Fault if the table refuses one for longer; others may be deleted
 */
export async function deleteRows(
  { documents, name: TableName }: Table,
  keys: readonly RowKey[],
): Promise<number> {
  await boundedMap(keys, CONCURRENCY, ({ pk, sk }) =>
    calling('Deleting a row', () => documents.send(new DeleteCommand({ TableName, Key: { pk, sk } }))),
  );
  return keys.length;
}
