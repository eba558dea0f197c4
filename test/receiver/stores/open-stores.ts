import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../../lib/local/dynamodb/dynamodb-server.ts';
import type { ReceiverStore } from '../../../lib/receiver/index.ts';
import { type DynamoDbTransaction, dynamodbStore } from '../../../lib/receiver/stores/dynamodb.ts';
import { type MemoryTransaction, memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { sqliteStore } from '../../../lib/receiver/stores/sqlite.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

/** A receiver's store, with effects that count how often they were committed. */
export interface StoreUnderTest<Tx> {
  readonly store: ReceiverStore<Tx>;
  /** What `onOutcome` does: counts one for the transaction, within the store's transaction. */
  count(transactionId: string, tx: Tx): void;
  counted(transactionId: string): Promise<number>;
  close(): void;
}

export function openMemoryStore(): StoreUnderTest<MemoryTransaction> {
  const store = memoryStore();
  return {
    store,
    count: (transactionId, tx) => tx.set(transactionId, Number(tx.get(transactionId) ?? 0) + 1),
    counted: async (transactionId) => Number(store.get(transactionId) ?? 0),
    close: () => undefined,
  };
}

export function openSqliteStore(
  options: { readonly readBigInts?: boolean } = {},
): StoreUnderTest<DatabaseSync> & { readonly db: DatabaseSync } {
  const db = new DatabaseSync(':memory:', options);
  db.exec('CREATE TABLE counts (id TEXT PRIMARY KEY, count INTEGER NOT NULL)');
  return {
    db,
    store: sqliteStore(db),
    count(transactionId, tx) {
      tx.prepare('INSERT INTO counts VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1').run(
        transactionId,
      );
    },
    async counted(transactionId) {
      const row = db.prepare('SELECT count FROM counts WHERE id = ?').get(transactionId);
      return Number(row?.count ?? 0);
    },
    close: () => db.close(),
  };
}

export interface DynamoDbStores {
  readonly client: DynamoDBDocument;
  /** A new table, as the guide describes it. */
  table(): Promise<string>;
  open(): Promise<StoreUnderTest<DynamoDbTransaction> & { readonly tableName: string }>;
  stop(): Promise<void>;
}

export async function startDynamoDbStores(): Promise<DynamoDbStores> {
  const dataDir = temporaryDirectory();
  const server = await startDynamoDb(dataDir, () => undefined);
  const client = DynamoDBDocument.from(
    new DynamoDBClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'b' },
    }),
  );
  const table = async () => {
    const TableName = `receiver-${randomUUID()}`;
    await client.send(new CreateTableCommand({ TableName, ...RECEIVER_TABLE }));
    return TableName;
  };
  return {
    client,
    table,
    async open() {
      const tableName = await table();
      const key = (transactionId: string) => ({ pk: `ORDER#${transactionId}`, sk: 'ORDER' });
      return {
        tableName,
        store: dynamodbStore({ client, tableName }),
        count: (transactionId, tx) =>
          tx.add({
            Update: {
              TableName: tableName,
              Key: key(transactionId),
              UpdateExpression: 'ADD #count :one',
              ExpressionAttributeNames: { '#count': 'count' },
              ExpressionAttributeValues: { ':one': 1 },
            },
          }),
        async counted(transactionId) {
          const { Item } = await client.get({ TableName: tableName, Key: key(transactionId) });
          return Number(Item?.count ?? 0);
        },
        close: () => undefined,
      };
    },
    async stop() {
      client.destroy();
      await server.stop();
      removeDirectory(dataDir);
    },
  };
}

const RECEIVER_TABLE = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: ['pk', 'sk', 'windowPk', 'windowSk'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'windows',
      KeySchema: [
        { AttributeName: 'windowPk', KeyType: 'HASH' },
        { AttributeName: 'windowSk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
} satisfies Omit<CreateTableCommandInput, 'TableName'>;
