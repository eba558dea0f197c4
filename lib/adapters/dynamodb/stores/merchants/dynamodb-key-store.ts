import type { KeyStore } from '../../../../core/merchants/keys/access-keys.ts';
import { type KeyRecord, keyRecordSchema } from '../../../../core/merchants/keys/access-keys.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, QueryCommand, TransactWriteCommand } from '../../documents/document-commands.ts';
import { auditPut, type TransactItem } from '../../items/audit-items.ts';
import { KEY_SK, keyListPk, keyPk } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

/** Each key has two rows, written together: one by its id for authentication, one by its owner for listing. */
export function createKeyStore(table: Table): KeyStore {
  const { documents, name: TableName } = table;
  const readKey = (item: Item) =>
    readItem(table, item, { kind: 'a key', read: (one) => keyRecordSchema().parse(one) });

  return {
    async read(keyId) {
      const { Item } = await calling('Reading a key', () =>
        documents.send(
          new GetCommand({ TableName, Key: { pk: keyPk(keyId), sk: KEY_SK }, ConsistentRead: true }),
        ),
      );
      return Item && readKey(Item);
    },

    async create(key, entry) {
      const TransactItems = [...creation(TableName, key), ...auditPut(TableName, entry)];
      await calling('Creating a key', () => documents.send(new TransactWriteCommand({ TransactItems })));
    },

    remove(keyId, owner, entry) {
      const TransactItems = [...removal(TableName, keyId, owner), ...auditPut(TableName, entry)];
      return calling('Revoking a key', () =>
        conditionalWrite(() => documents.send(new TransactWriteCommand({ TransactItems }))),
      );
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

/** The two rows of a key. */
function rowsOf(keyId: string, owner: KeyRecord['merchantId']) {
  return [
    { pk: keyPk(keyId), sk: KEY_SK },
    { pk: keyListPk(owner), sk: keyPk(keyId) },
  ];
}

function creation(TableName: string, key: KeyRecord): TransactItem[] {
  const { keyId, merchantId, expiresAt } = key;
  const expiry = expiresAt === undefined ? {} : { ttl: Math.ceil(Date.parse(expiresAt) / 1000) };
  // Invariant: an id is never reused for another key.
  const ConditionExpression = 'attribute_not_exists(pk)';
  return rowsOf(keyId, merchantId).map((row) => ({
    Put: { TableName, Item: { ...row, ...key, ...expiry }, ConditionExpression },
  }));
}

function removal(TableName: string, keyId: string, owner: KeyRecord['merchantId']): TransactItem[] {
  // Invariant: both rows are deleted together, and only for the owner under which the key is listed.
  const ConditionExpression = 'attribute_exists(pk)';
  return rowsOf(keyId, owner).map((Key) => ({ Delete: { TableName, Key, ConditionExpression } }));
}
