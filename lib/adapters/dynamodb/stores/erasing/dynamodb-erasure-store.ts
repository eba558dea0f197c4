import { erasureSchema } from '../../../../core/merchants/erasing/erasure.ts';
import type { ErasureStore } from '../../../../core/merchants/erasing/erasure-store.ts';
import { type MerchantId, merchantIdSchema } from '../../../../core/model.ts';
import { calling } from '../../../aws-faults.ts';
import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '../../documents/document-commands.ts';
import type { TransactItem } from '../../items/audit-items.ts';
import { ERASURE_SK, erasurePk, OPEN_ERASURES_PK } from '../../items/item-keys.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

/** Erasures that one run takes up. More wait for the next run. */
const MAX_OPEN = 100;

const openKey = (merchantId: MerchantId) => ({ pk: OPEN_ERASURES_PK, sk: merchantId });

/** What the tombstone's transaction writes, so that no erased merchant is forgotten. */
export function openErasurePut(TableName: string, merchantId: MerchantId): TransactItem {
  return { Put: { TableName, Item: openKey(merchantId) } };
}

/** An erasure's row stays for good: it says that relay must delete what comes late. */
export function createErasureStore(table: Table): ErasureStore {
  const { documents, name: TableName } = table;
  return {
    async open() {
      const { Items = [] } = await calling('Listing open erasures', () =>
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': OPEN_ERASURES_PK },
            Limit: MAX_OPEN,
          }),
        ),
      );
      return Items.map(({ sk }) => merchantIdSchema().parse(sk));
    },

    async read(merchantId) {
      const Key = { pk: erasurePk(merchantId), sk: ERASURE_SK };
      const { Item } = await calling('Reading an erasure', () =>
        documents.send(new GetCommand({ TableName, Key, ConsistentRead: true })),
      );
      return (
        Item && readItem(table, Item, { kind: 'an erasure', read: (item) => erasureSchema().parse(item) })
      );
    },

    save: (erasure, expectedRev) =>
      calling('Saving an erasure', () =>
        conditionalWrite(async () => {
          const { merchantId, state } = erasure;
          const Put = {
            TableName,
            Item: { pk: erasurePk(merchantId), sk: ERASURE_SK, ...erasure },
            // Invariant: one run makes progress at a time. A run that was overtaken stops.
            ...unchangedSince('rev', expectedRev === 0 ? undefined : expectedRev),
          };
          if (state === 'deleting') return documents.send(new PutCommand(Put));
          const Delete = { TableName, Key: openKey(merchantId) };
          return documents.send(new TransactWriteCommand({ TransactItems: [{ Put }, { Delete }] }));
        }),
      ),
  };
}
