import { circuitOf } from '../../../../core/deliver/attempt/target.ts';
import { type MerchantId, NOTIFY_URL_ENDPOINT } from '../../../../core/model.ts';
import { boundedMap } from '../../../../protocol/runtime/bounded-map.ts';
import { HEALTH_SK, healthPk } from '../../items/item-keys.ts';
import type { Item } from '../../reading-rows.ts';
import type { RowKey } from '../../table/batch-get.ts';
import { deleteRows } from '../../table/delete-rows.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';

/** Transactions deleted side by side. */
const CONCURRENCY = 8;

/** @param found rows of an index, each of a transaction of this merchant */
export async function deleteTransactions(table: Table, found: readonly RowKey[]): Promise<number> {
  const byTransaction = new Map(found.map((row) => [row.pk, row]));
  const counts = await boundedMap([...byTransaction.values()], CONCURRENCY, ({ pk }) => {
    const last = found.filter((row) => row.pk === pk).map(({ sk }) => sk);
    return deleteTransaction(table, { pk, last });
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Deletes all rows of a transaction, and the health of the host that it names as its own receiver.
 *
 * @param last sort keys of the rows by which it was found. They are deleted last: if the process dies before, it is found again
 */
export async function deleteTransaction(
  table: Table,
  { pk, last = [] }: { readonly pk: string; readonly last?: readonly string[] },
): Promise<number> {
  const items = await queryAll(table, 'Reading a transaction', {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
    ProjectionExpression: 'pk, sk, notifyUrl',
    ConsistentRead: true,
  });
  const rows = items.map(({ sk }) => ({ pk, sk: String(sk) }));
  const finding = rows.filter(({ sk }) => last.includes(sk));
  const others = rows.filter(({ sk }) => !last.includes(sk));
  // Before the rows that name the host.
  await deleteRows(table, items.flatMap(healthKeys));
  await deleteRows(table, others);
  await deleteRows(table, finding);
  return rows.length;
}

/** The name of the host may say who the merchant is. */
function healthKeys({ pk, notifyUrl }: Item): readonly RowKey[] {
  if (typeof notifyUrl !== 'string') return [];
  const merchantId = String(pk).split('#')[1] as MerchantId;
  const circuit = circuitOf({ merchantId, endpointId: NOTIFY_URL_ENDPOINT }, { notifyUrl });
  return [{ pk: healthPk(circuit), sk: HEALTH_SK }];
}
