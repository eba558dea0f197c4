import type { Glance } from '../../../../core/bookkeeping/glance.ts';
import { windowSchema } from '../../../../core/feed/window.ts';
import { outcomeSk, transactionPk } from '../../../../protocol/table/outcome-layout.ts';
import { notificationSk, windowPk } from '../../items/item-keys.ts';
import { notificationFromItem } from '../../items/notification-items.ts';
import { outcomeFromItem } from '../../items/outcome-items.ts';
import type { Item } from '../../reading-rows.ts';
import { batchGet, type RowKey } from '../../table/batch-get.ts';
import type { Table } from '../../table/table-client.ts';

export function createGlance(table: Table): Glance {
  const seen = async <T>(what: string, keys: readonly RowKey[], read: (item: Item) => T) => {
    const items = await batchGet(table, what, keys);
    return items.map((item) => (typeof item === 'object' ? readable(item, read) : undefined));
  };
  return {
    outcomes: (keys) =>
      seen(
        'Reading outcomes',
        keys.map((key) => ({ pk: transactionPk(key), sk: outcomeSk(key.version) })),
        outcomeFromItem,
      ),

    notifications: (keys) =>
      seen(
        'Reading notifications',
        keys.map((key) => ({ pk: transactionPk(key), sk: notificationSk(key) })),
        notificationFromItem,
      ),

    async windows(keys) {
      const rows = keys.map(({ merchantId, start }) => ({ pk: windowPk(merchantId), sk: start }));
      const items = await batchGet(table, 'Reading windows', rows);
      return items.map((item) => {
        if (typeof item !== 'object') return item && 'unknown';
        return readable(item, (one) => windowSchema().parse(one)) ?? 'unknown';
      });
    },
  };
}

/** Undefined if it cannot be read. The exact read that follows reports the row. */
function readable<T>(item: Item, read: (item: Item) => T): T | undefined {
  try {
    return read(item);
  } catch {
    return undefined;
  }
}
