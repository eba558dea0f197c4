import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import { numberOf } from '../reading-rows.ts';

/** Converts requests and answers between JavaScript values and DynamoDB's attribute values, as the document client does. */

type Part = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, NativeAttributeValue>>;
type Stored = Record<string, AttributeValue>;

/** What holds attribute values in a request, or in an operation of a transaction. */
const VALUES_OF_REQUESTS = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'];
const VALUES_OF_ANSWERS = ['Item', 'Attributes', 'LastEvaluatedKey'];

/** The request of a document command as the plain command has it. Undefined values are left out. */
export function marshalled<Plain>(request: Part): Plain {
  const { TransactItems, RequestItems } = request as {
    readonly TransactItems?: readonly Readonly<Record<string, Part>>[];
    readonly RequestItems?: Readonly<Record<string, KeysOfTable<Values>>>;
  };
  return {
    ...marshalledPart(request),
    ...(TransactItems && { TransactItems: TransactItems.map((item) => mapped(item, marshalledPart)) }),
    ...(RequestItems && { RequestItems: mapped(RequestItems, (keys) => withKeys(keys, stored)) }),
  } as Plain;
}

/** The answer to a plain command as the document command has it. */
export function unmarshalled<Answer>(answer: Part): Answer {
  const { Items, Responses, UnprocessedKeys } = answer as {
    readonly Items?: readonly Stored[];
    readonly Responses?: Readonly<Record<string, readonly Stored[]>>;
    readonly UnprocessedKeys?: Readonly<Record<string, KeysOfTable<Stored>>>;
  };
  return {
    ...convertedIn(answer, VALUES_OF_ANSWERS, (values) => native(values as Stored)),
    ...(Items && { Items: Items.map(native) }),
    ...(Responses && { Responses: mapped(Responses, (items) => items.map(native)) }),
    ...(UnprocessedKeys && { UnprocessedKeys: mapped(UnprocessedKeys, (keys) => withKeys(keys, native)) }),
  } as Answer;
}

interface KeysOfTable<Key> {
  readonly Keys?: readonly Key[];
}

const stored = (values: Values): Stored => marshall(values, { removeUndefinedValues: true });
const native = (values: Stored): Values => unmarshall(values, { wrapNumbers: numberOf });

const marshalledPart = (part: Part): Part =>
  convertedIn(part, VALUES_OF_REQUESTS, (values) => stored(values as Values));

function convertedIn(part: Part, names: readonly string[], convert: (values: unknown) => object): Part {
  const converted: Record<string, unknown> = { ...part };
  for (const name of names) {
    if (converted[name] !== undefined) converted[name] = convert(converted[name]);
  }
  return converted;
}

function withKeys<Key, Converted>(keys: KeysOfTable<Key>, convert: (key: Key) => Converted) {
  return { ...keys, Keys: keys.Keys?.map(convert) };
}

function mapped<Value, Converted>(
  record: Readonly<Record<string, Value>>,
  convert: (value: Value) => Converted,
) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]));
}
