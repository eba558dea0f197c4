import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { runTogether } from '../../../core/bounded-map.ts';
import { Fault } from '../../../core/faults.ts';
import type { Outcome, TransactionId } from '../../../core/model.ts';
import type { OutcomeStore } from '../../../core/record/outcome-store.ts';
import { storedTransactionId } from '../../../core/stored.ts';
import { DAY_SECONDS } from '../../../core/time.ts';
import { calling } from '../../aws-faults.ts';
import { CHECK_SK, INDEXES, outcomeSk, referencePk, transactionPk, ttlAfter } from '../items/item-keys.ts';
import { notificationFromItem } from '../items/notification-items.ts';
import { outcomeFromItem, outcomeItem } from '../items/outcome-items.ts';
import { type Item, readItem } from '../reading-rows.ts';
import { unlessRefused } from '../table/conditions.ts';
import { queryAll } from '../table/query-all.ts';
import type { Table } from '../table/table-client.ts';
import { checkItem } from './dynamodb-check-store.ts';

/** Pages of a reference read for one: only foreign rows make it more than one. */
const MAX_REFERENCE_PAGES = 16;

export function createOutcomeStore(
  table: Table,
  { retentionDays }: { readonly retentionDays: number },
): OutcomeStore {
  const { documents, stamping, reporter, name: TableName } = table;
  const readOutcomeItem = (item: Item) =>
    readItem(table, item, { kind: 'an outcome', read: outcomeFromItem });

  return {
    putIfAbsent: (outcome, feedShard) =>
      stamped('Recording an outcome', (options) =>
        stamping.send(
          new PutCommand({
            TableName,
            Item: outcomeItem(outcome, { feedShard, retentionDays }),
            // Invariant: a version of a transaction is written once and never changed.
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
          options,
        ),
      ),

    prepare: (pending, check) =>
      stamped('Preparing a transaction', (options) =>
        stamping.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName,
                  Item: outcomeItem(pending, { feedShard: 0, retentionDays }),
                  // Invariant: as above; and no PENDING stands without somebody who waits for its end.
                  ConditionExpression: 'attribute_not_exists(pk)',
                },
              },
              { Put: { TableName, Item: checkItem(check) } },
            ],
          }),
          options,
        ),
      ),

    async read(key) {
      const get = (ConsistentRead: boolean) =>
        calling('Reading an outcome', () =>
          documents.send(
            new GetCommand({
              TableName,
              Key: { pk: transactionPk(key), sk: outcomeSk(key.version) },
              ConsistentRead,
            }),
          ),
        );
      // Outcomes never change, so the cheap read is right whenever it finds one.
      const item = (await get(false)).Item ?? (await get(true)).Item;
      return item && readOutcomeItem(item);
    },

    async versions(key) {
      const items = await queryAll(table, 'Reading a transaction', {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :versions)',
        ExpressionAttributeValues: { ':pk': transactionPk(key), ':versions': 'V#' },
        ConsistentRead: true,
      });
      return items.map(readOutcomeItem);
    },

    async transaction(key) {
      const items = await queryAll(table, 'Reading a transaction', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': transactionPk(key) },
        ConsistentRead: true,
      });
      const kind = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix));
      return {
        outcomes: kind('V#').map(readOutcomeItem),
        notifications: kind('N#').map((item) =>
          readItem(table, item, { kind: 'a notification', read: notificationFromItem }),
        ),
      };
    },

    async idsByReference({ merchantId, reference, after, limit }) {
      const ids: TransactionId[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      for (let pages = 0; pages < MAX_REFERENCE_PAGES; pages += 1) {
        const query = new QueryCommand({
          TableName,
          IndexName: INDEXES.reference,
          KeyConditionExpression:
            after === undefined ? 'referencePk = :pk' : 'referencePk = :pk AND referenceSk > :after',
          ExpressionAttributeValues: {
            ':pk': referencePk(merchantId, reference),
            ...(after !== undefined && { ':after': after }),
          },
          Limit: limit + 1,
          ExclusiveStartKey,
        });
        const page = await calling('Reading by reference', () => documents.send(query));
        for (const { pk, referenceSk } of page.Items ?? []) {
          const { data: transactionId } = storedTransactionId.safeParse(referenceSk);
          // Initiators write outcomes by their own transactions: a row's own key says whose it is, not the index.
          const isOwn = transactionId !== undefined && pk === transactionPk({ merchantId, transactionId });
          if (isOwn) ids.push(transactionId);
          else reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.reference });
        }
        ExclusiveStartKey = page.LastEvaluatedKey;
        if (ids.length > limit || ExclusiveStartKey === undefined) {
          return { ids: ids.slice(0, limit), more: ids.length > limit };
        }
      }
      throw new Fault({
        code: 'too_much',
        message: `Reading by reference: more than ${MAX_REFERENCE_PAGES} pages.`,
        retryable: false,
      });
    },

    async settlePending(end: Outcome) {
      const afterEnd = ttlAfter(Date.parse(end.recordedAt), retentionDays) + DAY_SECONDS;
      const pk = transactionPk(end);
      const expire = new UpdateCommand({
        TableName,
        Key: { pk, sk: outcomeSk(1) },
        UpdateExpression: 'SET #ttl = :afterEnd',
        // Invariant: the PENDING outlives its end, so that the end cannot be recorded a second time as
        // version 1. And only what is there expires: nothing is made anew of what is gone.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':afterEnd': afterEnd },
      });
      const resolve = new UpdateCommand({
        TableName,
        Key: { pk, sk: CHECK_SK },
        UpdateExpression:
          'SET #state = :resolved, #ttl = :afterEnd ADD rev :one REMOVE nextAttemptAt, duePk, undeliveredPk, undeliveredSk',
        // Invariant: an end is an end, however far the check is; `rev` is raised once, so that its messages end.
        ConditionExpression: 'attribute_exists(pk) AND #state <> :resolved',
        ExpressionAttributeNames: { '#ttl': 'ttl', '#state': 'state' },
        ExpressionAttributeValues: { ':afterEnd': afterEnd, ':resolved': 'resolved', ':one': 1 },
      });
      // Neither depends on the other, and both can be repeated.
      await runTogether([
        () => calling('Letting a PENDING expire', () => unlessRefused(() => documents.send(expire))),
        () => calling('Resolving a check', () => unlessRefused(() => documents.send(resolve))),
      ]);
    },
  };

  /** One try of a write that carries a stamp, as long as that is good and no longer. */
  function stamped(
    what: string,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>,
  ): Promise<'written' | 'exists'> {
    return calling(what, async () => {
      table.clockCheck.assertTrusted();
      const write = () => send({ abortSignal: AbortSignal.timeout(table.stampBoundMs) });
      return (await unlessRefused(write)) ? 'written' : 'exists';
    });
  }
}
