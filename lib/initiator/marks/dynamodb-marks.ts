import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { optionsProblem, textProblem } from '../../protocol/runtime/option-rules.ts';
import type { EndOfTransaction } from '../check-back/check-answer.ts';
import { assertOptions, InitiatorFault, invalidOption } from '../fault.ts';
import type { TransactItem } from '../outbox/limits.ts';
import { endText, type Mark, readMark } from './mark.ts';

/** Where the mark of one transaction stands: an item of its own in a table of yours. */
export interface MarkPlace {
  readonly tableName: string;
  /** The whole key; the same transaction must always have the same one, and nothing else may stand there. */
  readonly key: Readonly<Record<string, string | number>>;
}

/**
 * A part of your own `TransactWriteItems`: writes "committed", and refuses the whole transaction where a check
 * has written "rolled back" before it, or the transaction is committed already.
 *
 * @throws InitiatorFault `invalid_option`
 * @example new TransactWriteCommand({ TransactItems: [...items, committedMark(place, end)] })
 */
export function committedMark(place: MarkPlace, end: EndOfTransaction): TransactItem {
  return { Put: markPut(place, { mark: 'committed', end: endText(end) }) };
}

/** The other of the pair, for a transaction of your own; {@link endOrRollBack} writes it alone. */
export function rolledBackMark(place: MarkPlace): TransactItem {
  return { Put: markPut(place, { mark: 'rolled_back' }) };
}

function markPut(place: MarkPlace, mark: Readonly<Record<string, string>>) {
  const { tableName, key } = checkedPlace(place);
  const [name = ''] = Object.keys(key);
  return {
    TableName: tableName,
    Item: { ...key, ...mark },
    // Invariant: of "committed" and "rolled back" only the first that is written stands, and it stays.
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': name },
  };
}

/** @throws InitiatorFault `invalid_option` for a place that names no item: an id that is not set, most of all */
function checkedPlace(place: MarkPlace): MarkPlace {
  assertOptions([optionsProblem('A mark', place), textProblem('tableName', place?.tableName)]);
  assertOptions([optionsProblem('key', place.key)]);
  const attributes = Object.entries(place.key);
  if (attributes.length === 0 || attributes.length > 2 || 'mark' in place.key || 'end' in place.key) {
    throw invalidOption('The key of a mark has one or two attributes, neither named mark nor end.');
  }
  const empty = attributes.find(([, value]) => typeof value !== 'number' && !isText(value));
  if (empty === undefined) return place;
  throw invalidOption(`key.${empty[0]} is neither text nor a number.`);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** What stands; strongly consistent; undefined where nothing was decided yet. */
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
 * What a check may answer: how the local transaction ended, or that it is rolled back, which is made true where
 * nothing stands. Repeatable. Begin to ask only after the local transaction had its time: a check that comes
 * before it ends it.
 *
 * @throws whatever the SDK throws: then nothing is known, and nothing may be answered
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
    message: 'A mark stood and is gone: marks must never be deleted while a check may come.',
    retryable: true,
  });
}
