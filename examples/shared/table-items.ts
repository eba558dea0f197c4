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

/** The small ledger once more, as items of a DynamoDB table: each run has a partition of its own. */
export interface ItemLedger {
  readonly client: DynamoDBDocumentClient;
  /** The changes of one transaction, to be written with others or not at all. */
  changes(id: string, changes: Changes): readonly TransactItem[];
  /** Keeps a text for a transaction. */
  keep(id: string, text: string): Promise<void>;
  kept(id: string): Promise<string | undefined>;
}

const TABLE = 'examples-accounts';

function clientOf({ endpoint, credentials }: TableAccess): DynamoDBClient {
  // One try for each request: what is repeated, the library repeats.
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
            // Invariant: nobody spends what is not there.
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

/** Each request that may write is an effect: at the end of the stack, where it goes out. */
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

/** What stands in the table, read from outside. */
export async function readItemBooks(table: TableAccess, run: string): ReturnType<typeof readItems> {
  const client = clientOf(table);
  try {
    return await readItems(DynamoDBDocumentClient.from(client), run);
  } finally {
    client.destroy();
  }
}
