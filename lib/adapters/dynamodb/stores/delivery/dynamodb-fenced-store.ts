import type { FencedStore } from '../../../../core/deliver/state/fenced-store.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, PutCommand, UpdateCommand } from '../../documents/document-commands.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

interface Leased {
  readonly rev: number;
  readonly nextAttemptAt?: string;
  readonly state: string;
  readonly stateBefore?: string;
}

/** The fenced writes that notifications and checks share. */
export function createFencedStore<Key, Item extends Key & Leased>(
  table: Table,
  kind: {
    /** The row's name in error messages: "a notification". */
    readonly name: string;
    readonly keyOf: (key: Key) => { readonly pk: string; readonly sk: string };
    readonly toItem: (item: Item) => Record<string, unknown>;
    readonly fromItem: (item: Readonly<Record<string, unknown>>) => Item;
  },
): FencedStore<Key, Item> {
  const { documents, name: TableName } = table;
  return {
    async read(key) {
      const { Item } = await calling(`Reading ${kind.name}`, () =>
        documents.send(new GetCommand({ TableName, Key: kind.keyOf(key), ConsistentRead: true })),
      );
      return Item && readItem(table, Item, { kind: kind.name, read: kind.fromItem });
    },

    async save(item, expectedRev) {
      const put = new PutCommand({ TableName, Item: kind.toItem(item), ...fence(expectedRev) });
      return calling(`Saving ${kind.name}`, () => conditionalWrite(() => documents.send(put)));
    },

    async lease(item, until) {
      if (item.nextAttemptAt === undefined) return false;
      const isCounted = item.stateBefore !== undefined;
      const update = new UpdateCommand({
        TableName,
        Key: kind.keyOf(item),
        UpdateExpression: `SET nextAttemptAt = :until${isCounted ? ', stateBefore = :state' : ''} REMOVE attemptRev`,
        // Invariant: nobody attempted it (`rev`) and nobody else leased it (`nextAttemptAt`) since it was read.
        ConditionExpression: 'rev = :rev AND nextAttemptAt = :seen',
        ExpressionAttributeValues: {
          ':until': until,
          ':rev': item.rev,
          ':seen': item.nextAttemptAt,
          // An unchanged `rev` means an unchanged state.
          ...(isCounted && { ':state': item.state }),
        },
      });
      return calling(`Leasing ${kind.name}`, () => conditionalWrite(() => documents.send(update)));
    },
  };
}

/** Invariant (the fence): a write is based on the last write. An unchanged `rev` means an unchanged state. */
function fence(expectedRev: number | 'absent') {
  if (expectedRev === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: expectedRev === 0 ? 'attribute_not_exists(pk) OR rev = :rev' : 'rev = :rev',
    ExpressionAttributeValues: { ':rev': expectedRev },
  };
}
