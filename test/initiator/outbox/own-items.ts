import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CommitOptions, TransactItem } from '../../../lib/initiator/dynamodb.ts';
import { merchantId, transactionId } from '../../../lib/initiator/index.ts';

const SHOP = merchantId('shop');

/** An outcome of a transaction of `SHOP`, as it is given to the kit. */
export function ended(id: string, changes: object = {}): CommitOptions['outcome'] {
  return {
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 1999,
    currency: 'CNY',
    occurredAt: '2026-11-20T07:59:58Z',
    ...changes,
    merchantId: SHOP,
    transactionId: transactionId(id),
  } as CommitOptions['outcome'];
}

/** An initiator's own items, in the same table for want of another: counters, and locks taken once. */
export function ownItems(table: { readonly name: string; readonly documents: DynamoDBDocumentClient }) {
  const { name: TableName, documents } = table;
  const keyOf = (name: string) => ({ pk: `OWN#${name}`, sk: 'OWN' });
  return {
    put: (name: string, fields: object = {}) =>
      documents.send(new PutCommand({ TableName, Item: { ...keyOf(name), ...fields } })),
    /** Counts how often the transaction was committed. */
    count: (name: string): TransactItem => ({
      Update: {
        TableName,
        Key: keyOf(name),
        UpdateExpression: 'ADD effects :one',
        ExpressionAttributeValues: { ':one': 1 },
      },
    }),
    /** The condition holds only if the item is new. */
    take: (name: string): TransactItem => ({
      Put: {
        TableName,
        Item: { ...keyOf(name), taken: true },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    }),
    effects: async (name: string): Promise<number> => {
      const get = new GetCommand({ TableName, Key: keyOf(name), ConsistentRead: true });
      return ((await documents.send(get)).Item?.effects as number | undefined) ?? 0;
    },
  };
}
