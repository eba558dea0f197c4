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

interface Action {
  readonly action: string;
  /** The member that holds the key. */
  readonly itemIn: 'Item' | 'Key';
}

/** The actions of a transaction take the members of the single operation under the same names. */
const ACTIONS: Readonly<Record<string, Action>> = {
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
  const names = typeof input.TableName === 'string' ? keyAttributes(input.TableName) : undefined;
  if (names === undefined) return undefined;
  try {
    return hasSameMeaning(input) ? describe(known, input, names) : undefined;
  } catch (error) {
    // `JSON.parse` reads any number of levels; `JSON.stringify` overflows the stack. The emulator refuses such a request.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function describe({ action, itemIn }: Action, input: TableInput, names: readonly string[]): MergeableWrite {
  const attributes = input[itemIn] as TableInput | null | undefined;
  return {
    action,
    item: JSON.stringify([input.TableName, ...names.map((name) => attributes?.[name])]),
    shape: JSON.stringify([action, shapeOf(input)]),
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
  const { ConditionExpression: condition = '' } = input;
  return (
    Object.keys(input).every((name) => MEMBERS.has(name)) &&
    (input.ReturnValues ?? 'NONE') === 'NONE' &&
    typeof condition === 'string' &&
    !BETWEEN.test(condition) &&
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
