import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { KeyStore } from '../../../core/merchants/access-keys.ts';
import { type KeyRecord, keyRecordSchema } from '../../../core/merchants/access-keys.ts';
import { calling } from '../../aws-faults.ts';
import { KEY_SK, keyListPk, keyPk } from '../items/item-keys.ts';
import { type Item, readItem } from '../reading-rows.ts';
import { unlessRefused } from '../table/conditions.ts';
import type { Table } from '../table/table-client.ts';

/** Each key stands twice, written together: under its id to be checked, under its owner to be listed. */
export function createKeyStore(table: Table): KeyStore {
  const { documents, name: TableName } = table;
  const readKey = (item: Item) =>
    readItem(table, item, { kind: 'a key', read: (one) => keyRecordSchema.parse(one) });
  const listed = (keyId: string, owner: KeyRecord['merchantId']) => ({
    pk: keyListPk(owner),
    sk: keyPk(keyId),
  });

  return {
    async read(keyId) {
      const { Item } = await calling('Reading a key', () =>
        documents.send(
          new GetCommand({ TableName, Key: { pk: keyPk(keyId), sk: KEY_SK }, ConsistentRead: true }),
        ),
      );
      return Item && readKey(Item);
    },

    async create(key) {
      const expiry = key.expiresAt === undefined ? {} : { ttl: Math.ceil(Date.parse(key.expiresAt) / 1000) };
      const rows = [{ pk: keyPk(key.keyId), sk: KEY_SK }, listed(key.keyId, key.merchantId)];
      await calling('Creating a key', () =>
        documents.send(
          new TransactWriteCommand({
            TransactItems: rows.map((row) => ({
              Put: {
                TableName,
                Item: { ...row, ...key, ...expiry },
                // Invariant: an id names one key for ever.
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            })),
          }),
        ),
      );
    },

    async remove(keyId, owner) {
      const rows = [{ pk: keyPk(keyId), sk: KEY_SK }, listed(keyId, owner)];
      const transaction = new TransactWriteCommand({
        TransactItems: rows.map((Key) => ({
          Delete: {
            TableName,
            Key,
            // Invariant: both rows go, and only by the owner under whom the key is listed.
            ConditionExpression: 'attribute_exists(pk)',
          },
        })),
      });
      return calling('Revoking a key', () => unlessRefused(() => documents.send(transaction)));
    },

    async list({ owner, after, limit }) {
      const page = await calling('Listing keys', () =>
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
            ExpressionAttributeValues: {
              ':pk': keyListPk(owner),
              ...(after !== undefined && { ':after': keyPk(after) }),
            },
            ConsistentRead: true,
            Limit: limit + 1,
          }),
        ),
      );
      const keys = (page.Items ?? []).map(readKey);
      return { keys: keys.slice(0, limit), more: keys.length > limit };
    },
  };
}
