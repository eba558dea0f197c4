import type { TableInput } from '../../iam/calls/partition-values.ts';
import type { TableRequest } from './table-request.ts';

/** A write of one item that may become an action of a transaction. */
export interface MergeableWrite {
  /** The action's name in a transaction. */
  readonly action: string;
  /** Identifies the item. Two actions of a transaction must not name the same one. */
  readonly item: string;
  /**
   * All of the request except its values. dynoxide does not check a transaction's expressions as it does those of single
   * writes: it lets an update change a key. So a write joins a transaction only if the same request with other values
   * succeeded on its own.
   */
  readonly shape: string;
}

/** The names of the key attributes of a table; `undefined`: the table is not known. */
export type KeyAttributes = (table: string) => readonly string[] | undefined;

/** The actions of a transaction take the members of the single operation under the same names. */
const ACTIONS: Readonly<Record<string, { readonly action: string; readonly itemIn: 'Item' | 'Key' }>> = {
  PutItem: { action: 'Put', itemIn: 'Item' },
  UpdateItem: { action: 'Update', itemIn: 'Key' },
  DeleteItem: { action: 'Delete', itemIn: 'Key' },
};

/** Members whose meaning is the same in a transaction. `ReturnValues` may be NONE, which says nothing. */
const MEMBERS: ReadonlySet<string> = new Set([
  'TableName',
  'Item',
  'Key',
  'UpdateExpression',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
]);

const START = Buffer.from('POST / HTTP/1.1\r\n');
/** Headers that could change the answer. */
const TELLING = ['connection', 'expect', 'origin'];
const CONTENT_TYPE = 'application/x-amz-json-1.0';
const TARGET_PREFIX = 'DynamoDB_20120810.';
/** Larger requests gain nothing by company. */
const MAX_BODY_BYTES = 64 * 1024;

/** @returns `undefined` if the request is to pass on its own */
export function mergeableWrite(
  request: TableRequest,
  keyAttributes: KeyAttributes = () => undefined,
): MergeableWrite | undefined {
  const known = ACTIONS[request.operation];
  if (known === undefined || !isOrdinary(request)) return undefined;
  const input = readable(request);
  const names = keyAttributes(String(input.TableName));
  if (names === undefined || !hasSameMeaning(input)) return undefined;
  const attributes = input[known.itemIn] as TableInput | null | undefined;
  return {
    action: known.action,
    item: JSON.stringify([input.TableName, ...names.map((name) => attributes?.[name])]),
    shape: JSON.stringify([known.action, shapeOf(input)]),
  };
}

/** Whether nothing but the body decides what is answered. */
function isOrdinary({ frame: { head, bytes, body }, operation }: TableRequest): boolean {
  const { headers } = head;
  return (
    body.length <= MAX_BODY_BYTES &&
    bytes.subarray(0, START.length).equals(START) &&
    headers['content-type'] === CONTENT_TYPE &&
    headers['x-amz-target'] === TARGET_PREFIX + operation &&
    TELLING.every((name) => headers[name] === undefined || headers[name] === 'keep-alive')
  );
}

function readable({ input }: TableRequest): TableInput {
  try {
    return input();
  } catch {
    // The emulator says what is wrong with it.
    return {};
  }
}

/** Values of conditions that dynoxide checks in single writes only: the bounds of a BETWEEN, and sets. */
const BETWEEN = /between/i;
const SET = /"[SNB]S":/;

function hasSameMeaning(input: TableInput): boolean {
  return (
    Object.keys(input).every((name) => MEMBERS.has(name)) &&
    (input.ReturnValues ?? 'NONE') === 'NONE' &&
    !BETWEEN.test(String(input.ConditionExpression)) &&
    !SET.test(JSON.stringify(input.ExpressionAttributeValues ?? {}))
  );
}

/** Of the values only the types. */
function shapeOf({ Item: _, Key: __, ExpressionAttributeValues, ...rest }: TableInput): unknown {
  const types = Object.entries(ExpressionAttributeValues ?? {}).map(([name, value]) => [
    name,
    ...Object.keys((value as object | null) ?? {}),
  ]);
  return [rest, types];
}
