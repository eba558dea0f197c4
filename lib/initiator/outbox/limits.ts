import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { InitiatorFault } from '../fault.ts';

/** One element of a `TransactWriteItems` request, as the document client takes it. */
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Maximum number of actions in one DynamoDB transaction. */
const MAX_ACTIONS = 100;
/** Maximum total size of the items in one DynamoDB transaction, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Checks the limits of one DynamoDB transaction before it is sent.
 *
 * @param items the caller's own actions
 * @param ours the actions that the outcome needs
 * @throws InitiatorFault `too_many_items` or `transaction_too_large`
 */
export function checkLimits(items: readonly TransactItem[], ours: readonly TransactItem[]): void {
  const room = MAX_ACTIONS - ours.length;
  if (items.length > room) {
    throw new InitiatorFault({
      code: 'too_many_items',
      message: `A transaction has at most ${MAX_ACTIONS} actions; beside the outcome, ${room} are left for items.`,
    });
  }
  const bytes = [...items, ...ours].reduce((sum, item) => sum + actionBytes(item), 0);
  if (bytes > MAX_BYTES) {
    throw new InitiatorFault({
      code: 'transaction_too_large',
      message: `A transaction has at most ${MAX_BYTES} bytes; this one has at least ${bytes}.`,
    });
  }
}

/** A lower bound in bytes. The size of an updated item is not known here; DynamoDB makes the final decision. */
function actionBytes({ Put, Update, Delete, ConditionCheck }: TransactItem): number {
  if (Put !== undefined) return valueBytes(Put.Item);
  if (Update !== undefined) return valueBytes(Update.Key) + valueBytes(Update.ExpressionAttributeValues);
  return valueBytes((Delete ?? ConditionCheck)?.Key);
}

/** A lower bound for the size of a value in bytes, as DynamoDB counts it. */
function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].reduce((sum: number, one) => sum + valueBytes(one), 0);
  }
  if (typeof value !== 'object' || value === null) return 1;
  const entries = value instanceof Map ? value.entries() : Object.entries(value);
  return [...entries].reduce(
    (sum, [name, one]) => sum + Buffer.byteLength(String(name)) + valueBytes(one),
    0,
  );
}
