import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../template/intrinsics.ts';
import type { Stack } from '../../template/stack-resources.ts';
import type { Call } from '../callers/caller.ts';
import type { ConditionKeys } from '../policies/condition-keys.ts';
import { partitionValues, scalarText, type TableInput } from './partition-values.ts';

/** The attribute that is the partition key of each table and index. */
export interface KeyNames {
  /** @param index name of an index; `undefined`: the table itself */
  partitionKey(table: string, index: string | undefined): string | undefined;
}

/** Operations whose keys are read from the request. Every other is judged by its name alone, without leading keys. */
const KEYED: Readonly<Record<string, 'Key' | 'Item'>> = {
  GetItem: 'Key',
  PutItem: 'Item',
  UpdateItem: 'Key',
  DeleteItem: 'Key',
};

/** The member of a transaction's entry, and the action that it needs. */
const TRANSACTED: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

export function keyNamesOf(stack: Stack): KeyNames {
  const names = new Map<string, string>();
  const hashOf = (keys: readonly { readonly AttributeName: string; readonly KeyType: string }[]) =>
    keys.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
  for (const { physical, properties } of stack.ofType('AWS::DynamoDB::Table')) {
    names.set(physical.name, hashOf(properties.KeySchema));
    for (const { IndexName, KeySchema } of [
      ...properties.GlobalSecondaryIndexes,
      ...properties.LocalSecondaryIndexes,
    ]) {
      names.set(`${physical.name}/${IndexName}`, hashOf(KeySchema));
    }
  }
  return { partitionKey: (table, index) => names.get(index === undefined ? table : `${table}/${index}`) };
}

/**
 * What a DynamoDB request does, as AWS judges it: a transaction item by item, a batch by an action of its own, a query
 * or scan on the index that it names. `dynamodb:LeadingKeys` holds the partition keys that the request names.
 */
export function tableCalls(names: KeyNames, operation: string, input: TableInput): readonly Call[] {
  switch (operation) {
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return transactionCalls(names, operation, input);
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return batchCalls(names, operation, input);
    case 'ListTables':
      return [{ action: `dynamodb:${operation}`, resource: '*' }];
    default:
      return [call(names, operation, input)];
  }
}

function call(names: KeyNames, operation: string, input: TableInput, more: ConditionKeys = {}): Call {
  const table = tableName(input.TableName);
  const index = typeof input.IndexName === 'string' ? input.IndexName : undefined;
  const leading = leadingKeys(names.partitionKey(table, index), operation, input);
  return {
    action: `dynamodb:${operation}`,
    resource: index === undefined ? tableArn(table) : `${tableArn(table)}/index/${index}`,
    keys: {
      ...(leading !== undefined && { 'dynamodb:LeadingKeys': leading }),
      ...optionKeys(input),
      ...more,
    },
  };
}

function leadingKeys(
  partitionKey: string | undefined,
  operation: string,
  input: TableInput,
): readonly string[] | undefined {
  if (partitionKey === undefined) return undefined;
  if (operation === 'Query') return partitionValues(partitionKey, input);
  const member = KEYED[operation];
  const value =
    member === undefined ? undefined : scalarText((input[member] as TableInput | undefined)?.[partitionKey]);
  return value === undefined ? undefined : [value];
}

function optionKeys({ Select, ReturnValues }: TableInput): ConditionKeys {
  return {
    ...(typeof Select === 'string' && { 'dynamodb:Select': [Select] }),
    ...(typeof ReturnValues === 'string' && { 'dynamodb:ReturnValues': [ReturnValues] }),
  };
}

function transactionCalls(names: KeyNames, operation: string, input: TableInput): readonly Call[] {
  const enclosing = { 'dynamodb:EnclosingOperation': [operation] };
  return entriesOf(input.TransactItems).flatMap((entry) =>
    Object.entries(entry).map(([member, item]) => {
      const action = TRANSACTED[member] ?? member;
      const keyed = { ...(item as TableInput) };
      const made = call(names, action === 'ConditionCheckItem' ? 'GetItem' : action, keyed, enclosing);
      return { ...made, action: `dynamodb:${action}` };
    }),
  );
}

function batchCalls(names: KeyNames, operation: string, input: TableInput): readonly Call[] {
  const tables = Object.entries((input.RequestItems ?? {}) as Readonly<Record<string, unknown>>);
  return tables.map(([given, requests]) => {
    const table = tableName(given);
    const partitionKey = names.partitionKey(table, undefined) ?? '';
    const items =
      operation === 'BatchGetItem'
        ? entriesOf((requests as TableInput).Keys)
        : entriesOf(requests).map(writtenKey);
    const leading = items.flatMap((item) => scalarText(item[partitionKey]) ?? []);
    return {
      action: `dynamodb:${operation}`,
      resource: tableArn(table),
      ...(leading.length > 0 && { keys: { 'dynamodb:LeadingKeys': leading } }),
    };
  });
}

function writtenKey({ PutRequest, DeleteRequest }: TableInput): TableInput {
  return ((PutRequest as TableInput | undefined)?.Item ??
    (DeleteRequest as TableInput | undefined)?.Key ??
    {}) as TableInput;
}

function entriesOf(value: unknown): readonly TableInput[] {
  return Array.isArray(value) ? (value as readonly TableInput[]) : [];
}

/** A request may name a table by its ARN. */
function tableName(given: unknown): string {
  const text = typeof given === 'string' ? given : '';
  return text.startsWith('arn:') ? text.slice(text.lastIndexOf('/') + 1) : text;
}

function tableArn(name: string): string {
  return name === '' ? '*' : `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT}:table/${name}`;
}
