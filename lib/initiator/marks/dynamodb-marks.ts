import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { optionsProblem, textProblem } from '../../protocol/runtime/option-rules.ts';
import type { EndOfTransaction } from '../check-back/end-of-transaction.ts';
import { assertOptions, InitiatorFault, invalidOption } from '../fault.ts';
import type { TransactItem } from '../outbox/limits.ts';
import { endText, type Mark, readMark } from './mark.ts';

/** Where the mark of one transaction is stored: a separate item in one of your tables. */
export interface MarkPlace {
  readonly tableName: string;
  /** The full primary key. A transaction must always have the same key, and no other item may use it. */
  readonly key: Readonly<Record<string, string | number>>;
}

/**
 * An item for your own `TransactWriteItems` that writes "committed". It makes the whole transaction fail if a check has
 * already written "rolled back", or if the transaction is already committed.
 *
 * @throws InitiatorFault `invalid_option`
 * @example new TransactWriteCommand({ TransactItems: [...items, committedMark(place, end)] })
 */
export function committedMark(place: MarkPlace, end: EndOfTransaction): TransactItem {
  return { Put: markPut(place, { mark: 'committed', end: endText(end) }) };
}

/** The item that writes "rolled back" in a transaction of your own. {@link endOrRollBack} writes it on its own. */
export function rolledBackMark(place: MarkPlace): TransactItem {
  return { Put: markPut(place, { mark: 'rolled_back' }) };
}

function markPut(place: MarkPlace, mark: Readonly<Record<string, string>>) {
  const { tableName, key } = checkedPlace(place);
  const [name = ''] = Object.keys(key);
  return {
    TableName: tableName,
    Item: { ...key, ...mark },
    // Invariant: the first mark that is written, "committed" or "rolled back", is final.
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': name },
  };
}

/** @throws InitiatorFault `invalid_option` if the place does not name an item, typically because an id is not set */
function checkedPlace(place: MarkPlace): MarkPlace {
  assertOptions([optionsProblem('A mark', place), textProblem('tableName', place?.tableName)]);
  assertOptions([optionsProblem('key', place.key)]);
  const attributes = Object.entries(place.key);
  if (attributes.length === 0 || attributes.length > 2 || 'mark' in place.key || 'end' in place.key) {
    throw invalidOption('key must have one or two attributes, and none may be named mark or end.');
  }
  const empty = attributes.find(([, value]) => typeof value !== 'number' && !isText(value));
  if (empty === undefined) return place;
  throw invalidOption(`key.${empty[0]} must be text or a number.`);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** Reads the mark, strongly consistent; undefined if nothing was decided yet. */
export async function readMarkOf(
  client: DynamoDBDocumentClient,
  place: MarkPlace,
): Promise<Mark | undefined> {
  const { tableName, key } = checkedPlace(place);
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : readMark(Item.mark, Item.end);
}

/**
 * Returns the answer to a check: how the local transaction ended, or that it is rolled back. If there is no mark yet, it
 * writes "rolled back". Safe to repeat. Call it only after the local transaction had enough time to finish: an earlier
 * check rolls the transaction back.
 *
 * @throws any error of the SDK. Then the result is unknown, and the check must not be answered.
 * @example const mark = await endOrRollBack(client, { tableName: 'marks', key: { pk: transactionId } });
 */
export async function endOrRollBack(client: DynamoDBDocumentClient, place: MarkPlace): Promise<Mark> {
  try {
    await client.send(new PutCommand(markPut(place, { mark: 'rolled_back' })));
    return { kind: 'rolled_back' };
  } catch (error) {
    if ((error as { readonly name?: string }).name !== 'ConditionalCheckFailedException') throw error;
  }
  const mark = await readMarkOf(client, place);
  if (mark !== undefined) return mark;
  throw new InitiatorFault({
    code: 'unavailable',
    message: 'The mark was deleted between two requests. Keep marks as long as a check may arrive.',
    retryable: true,
  });
}
