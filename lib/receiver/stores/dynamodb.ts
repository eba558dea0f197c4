import type { DynamoDBDocument, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { isoTime } from '../../protocol/instants.ts';
import { bucketOf, createDigestSum, type Digest, type DigestSum } from '../../protocol/row-digest.ts';
import { functionsProblem, optionsProblem, textProblem } from '../../protocol/runtime/option-rules.ts';
import { type Pauses, systemPauses } from '../pauses.ts';
import { assertOptions, ReceiverFault } from '../receiver-fault.ts';
import {
  acknowledgementsPk,
  appliedItem,
  appliedKey,
  isMissing,
  markKey,
  partitionsOf,
  rowFrom,
  WINDOWS_INDEX,
} from './dynamodb-items.ts';
import { writeTogether } from './dynamodb-transaction.ts';
import {
  type AppliedOutcome,
  appliedOutcome,
  decide,
  type ReceiverStore,
  sliceStart,
} from './receiver-store.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Collects the items of `onOutcome`. They are written in the same transaction that records the outcome as applied. */
export interface DynamoDbTransaction {
  /** A Put, Update, Delete or ConditionCheck on any table of the account and region; 98 at most. */
  add(...items: readonly TransactItem[]): void;
}

/** A transaction may have 100 items. The store needs up to 2; the rest is for the user's own items. */
const MAX_EFFECTS = 98;
/** Maximum number of keys in one BatchGetItem. */
const BATCH = 100;
/** Maximum number of tries for a throttled batch. */
const MAX_BATCH_TRIES = 8;
const BATCH_PAUSE_MS = 50;
/** Partitions that are read concurrently: those of one day. */
const SIDE_BY_SIDE = 16;

export interface DynamoDbStoreOptions {
  readonly client: DynamoDBDocument;
  readonly tableName: string;
  /** Waits between tries; default: the system's timer and randomness. */
  readonly pauses?: Pauses;
}

/** Methods of a `DynamoDBDocument`. A `DynamoDBClient` and a `DynamoDBDocumentClient` do not have them. */
const CLIENT_FUNCTIONS = ['get', 'put', 'delete', 'query', 'batchGet', 'transactWrite'];

/**
 * A store in DynamoDB. `onOutcome(outcome, tx)` adds its own items to the same TransactWriteItems that records the
 * outcome as applied. `onOutcome` may run more than once for an outcome, but its items are committed once.
 *
 * The store needs a table of its own: string keys `pk` and `sk`, and an index `windows` with string keys `windowPk` and
 * `windowSk` that projects all attributes. The table keeps every outcome for good, about 260 bytes each. If an item is
 * deleted, reconciliation applies its outcome again.
 *
 * Cost per outcome: one read unit, two write units for the item and one for the index. A duplicate callback costs one
 * read unit. Digests are computed from the index on demand. Keeping sums in the transaction would cost two more write
 * units per outcome and make concurrent outcomes wait for each other. Reconciliation reads each outcome once, $0.004 per
 * million, and not again once the mark has passed it.
 *
 * @example const store = dynamodbStore({ client: DynamoDBDocument.from(new DynamoDBClient()), tableName: 'receiver' });
 */
export function dynamodbStore(options: DynamoDbStoreOptions): ReceiverStore<DynamoDbTransaction> {
  assertOptions([optionsProblem('dynamodbStore', options)]);
  const { client, tableName: TableName, pauses = systemPauses } = options;
  const clientProblem = functionsProblem('client', client, CLIENT_FUNCTIONS);
  assertOptions([
    clientProblem && `${clientProblem} Create it with DynamoDBDocument.from(new DynamoDBClient()).`,
    textProblem('tableName', TableName),
    functionsProblem('pauses', pauses, ['sleep', 'fraction']),
  ]);

  const read = async (merchantId: string, transactionId: string): Promise<AppliedOutcome | undefined> => {
    const Key = appliedKey(merchantId, transactionId);
    const { Item } = await client.get({ TableName, Key, ConsistentRead: true });
    return Item === undefined ? undefined : rowFrom(Item);
  };

  async function* rowsOfPartition(windowPk: string, fromMs: number, toMs: number) {
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await client.query({
        TableName,
        IndexName: WINDOWS_INDEX,
        KeyConditionExpression: 'windowPk = :pk AND windowSk BETWEEN :from AND :to',
        // A sort key continues after the time, so BETWEEN excludes rows at the end time itself.
        ExpressionAttributeValues: { ':pk': windowPk, ':from': isoTime(fromMs), ':to': isoTime(toMs) },
        ExclusiveStartKey,
      });
      yield* (page.Items ?? []).map(rowFrom);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }

  return {
    async apply(outcome, effects, { acknowledgeLater } = { acknowledgeLater: false }) {
      const next = appliedOutcome(outcome);
      const { merchantId, transactionId, version } = next;
      const before = decide(await read(merchantId, transactionId), next);
      if (before.kind !== 'apply') return before;
      const added: TransactItem[] = [];
      await effects({ add: (...items) => void added.push(...items) });
      if (added.length > MAX_EFFECTS) {
        const message = `onOutcome added ${added.length} items; the maximum is ${MAX_EFFECTS}.`;
        throw new ReceiverFault('too_many_effects', message);
      }
      const written = await writeTogether(client, pauses, [
        {
          Put: {
            TableName,
            Item: appliedItem(next),
            // Invariant: exactly one outcome of a transaction is applied, once.
            ConditionExpression: isMissing,
          },
        },
        ...(acknowledgeLater
          ? [{ Put: { TableName, Item: { ...acknowledgementKey(merchantId, transactionId), version } } }]
          : []),
        ...added,
      ]);
      if (written === 'written') return { kind: 'applied' };
      const after = decide(await read(merchantId, transactionId), next);
      // Another writer applied an outcome of this transaction between our read and our write.
      if (after.kind !== 'apply') return after;
      throw new ReceiverFault('store_unavailable', 'An applied outcome was deleted from the store.');
    },

    async find(merchantId, transactionIds) {
      const found: AppliedOutcome[] = [];
      for (let start = 0; start < transactionIds.length; start += BATCH) {
        let Keys = transactionIds.slice(start, start + BATCH).map((id) => appliedKey(merchantId, id));
        for (let tries = 1; Keys.length > 0; tries += 1) {
          if (tries > MAX_BATCH_TRIES) throw new ReceiverFault('store_unavailable', 'Reads were throttled.');
          if (tries > 1) await pauses.sleep(BATCH_PAUSE_MS * 2 ** tries * pauses.fraction());
          const page = await client.batchGet({
            RequestItems: { [TableName]: { Keys, ConsistentRead: true } },
          });
          found.push(...(page.Responses?.[TableName] ?? []).map(rowFrom));
          Keys = (page.UnprocessedKeys?.[TableName]?.Keys ?? []) as typeof Keys;
        }
      }
      return new Map(found.map((row) => [row.transactionId, row]));
    },

    async digests({ everySeconds, ...range }) {
      const sums = new Map<number, DigestSum>();
      const addPartition = async (windowPk: string) => {
        for await (const row of rowsOfPartition(windowPk, range.fromMs, range.toMs)) {
          const start = sliceStart(row.listedAtMs, everySeconds);
          const sum = sums.get(start) ?? createDigestSum();
          sum.addRow(row);
          sums.set(start, sum);
        }
      };
      const partitions = [...partitionsOf(range)];
      for (let start = 0; start < partitions.length; start += SIDE_BY_SIDE) {
        await Promise.all(partitions.slice(start, start + SIDE_BY_SIDE).map(addPartition));
      }
      return new Map([...sums].map(([start, sum]): [number, Digest] => [start, sum.digest()]));
    },

    async *rows(range) {
      for (const windowPk of partitionsOf(range)) {
        for await (const row of rowsOfPartition(windowPk, range.fromMs, range.toMs)) {
          if (range.bucket === undefined || bucketOf(row.transactionId) === range.bucket) yield row;
        }
      }
    },

    async mark(merchantId, name) {
      const { Item } = await client.get({ TableName, Key: markKey(merchantId, name), ConsistentRead: true });
      return Item?.value as string | undefined;
    },

    async setMark(merchantId, name, value) {
      const isEarlier = {
        ConditionExpression: 'attribute_not_exists(pk) OR #value > :value',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: { ':value': value },
      };
      const Item = { ...markKey(merchantId, name), value };
      try {
        await client.put({ TableName, Item, ...(name === 'since' && isEarlier) });
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error;
      }
    },

    async unacknowledged(merchantId, limit) {
      const { Items = [] } = await client.query({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': acknowledgementsPk(merchantId) },
        ConsistentRead: true,
        Limit: limit,
      });
      return Items.map(({ sk, version }) => ({ transactionId: String(sk), version: Number(version) }));
    },

    async acknowledged(merchantId, { transactionId }) {
      await client.delete({ TableName, Key: acknowledgementKey(merchantId, transactionId) });
    },
  };
}

function acknowledgementKey(merchantId: string, transactionId: string) {
  return { pk: acknowledgementsPk(merchantId), sk: transactionId };
}
