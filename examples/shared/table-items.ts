import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import type { TransactItem } from '../../lib/initiator/dynamodb.ts';
import type { Account, Entry } from './books.ts';
import type { Effects } from './effects.ts';
import type { Changes } from './money-ledger.ts';
import type { TableAccess } from './tidings-calls.ts';

/** The same ledger as items of a DynamoDB table. Each run has its own partition. */
export interface ItemLedger {
  readonly client: DynamoDBDocumentClient;
  /** The changes of one transaction, as items for a transactional write. */
  changes(id: string, changes: Changes): readonly TransactItem[];
  /** Stores a text for a transaction. */
  keep(id: string, text: string): Promise<void>;
  kept(id: string): Promise<string | undefined>;
}

const TABLE = 'examples-accounts';

function clientOf({ endpoint, credentials }: TableAccess): DynamoDBClient {
  // One attempt per request. The library does the retries.
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

export async function openItems(
  { run, effects, service: { table } }: { run: string; effects: Effects; service: { table: TableAccess } },
  accounts: Changes,
): Promise<ItemLedger> {
  const inner = clientOf(table);
  const client = DynamoDBDocumentClient.from(inner);
  await create(inner);
  await fill(client, { run, accounts });
  countWrites(inner, effects);

  const kept = async (id: string) => {
    const key = { run, name: `kept ${id}` };
    const { Item } = await client.send(new GetCommand({ TableName: TABLE, Key: key, ConsistentRead: true }));
    return Item?.text as string | undefined;
  };
  return {
    client,
    kept,
    async keep(id, text) {
      const Item = { run, name: `kept ${id}`, text };
      await client.send(new PutCommand({ TableName: TABLE, Item }));
    },
    changes: (id, changes) =>
      Object.entries(changes).flatMap(([owner, amount]): readonly TransactItem[] => [
        {
          Update: {
            TableName: TABLE,
            Key: { run, name: `account ${owner}` },
            UpdateExpression: 'SET balance = balance + :amount',
            // Invariant: nobody spends more than the balance.
            ConditionExpression: 'balance >= :least',
            ExpressionAttributeValues: { ':amount': amount, ':least': -amount },
          },
        },
        { Put: { TableName: TABLE, Item: { run, name: `entry ${id} ${owner}`, id, owner, amount } } },
      ]),
  };
}

async function create(client: DynamoDBClient): Promise<void> {
  const command = new CreateTableCommand({
    TableName: TABLE,
    AttributeDefinitions: [
      { AttributeName: 'run', AttributeType: 'S' },
      { AttributeName: 'name', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'run', KeyType: 'HASH' },
      { AttributeName: 'name', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await client.send(command).catch((error) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
}

async function fill(
  client: DynamoDBDocumentClient,
  { run, accounts }: { readonly run: string; readonly accounts: Changes },
): Promise<void> {
  if ((await readItems(client, run)).accounts.length > 0) return;
  const puts = Object.entries(accounts).map(([owner, balance]) => ({
    PutRequest: { Item: { run, name: `account ${owner}`, owner, balance, opening: balance } },
  }));
  await client.send(new BatchWriteCommand({ RequestItems: { [TABLE]: puts } }));
}

const WRITES = ['PutItemCommand', 'TransactWriteItemsCommand'];

/** Counts each write request as an effect. Runs late in the stack, just before the request is sent. */
function countWrites(client: DynamoDBClient, effects: Effects): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        WRITES.includes(commandName ?? '') ? effects.makeAsync(() => next(args)) : next(args),
    { step: 'finalizeRequest', priority: 'low', name: 'countWrites' },
  );
}

async function readItems(
  client: DynamoDBDocumentClient,
  run: string,
): Promise<{ readonly accounts: readonly Account[]; readonly entries: readonly Entry[] }> {
  const query = new QueryCommand({
    TableName: TABLE,
    KeyConditionExpression: 'run = :run',
    ExpressionAttributeValues: { ':run': run },
    ConsistentRead: true,
  });
  const { Items = [] } = await client.send(query);
  const rows = Items.map(
    (item) => ({ ...item, ledger: 'DynamoDB' }) as unknown as Account & Entry & { name: string },
  );
  return {
    accounts: rows.filter(({ name }) => name.startsWith('account ')),
    entries: rows.filter(({ name }) => name.startsWith('entry ')),
  };
}

/** The accounts and entries in the table, read from outside. */
export async function readItemBooks(table: TableAccess, run: string): ReturnType<typeof readItems> {
  const client = clientOf(table);
  try {
    return await readItems(DynamoDBDocumentClient.from(client), run);
  } finally {
    client.destroy();
  }
}
