import type { TableInput } from '../iam/calls/partition-values.ts';
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
  const attributes = input[known.itemIn];
  if (names === undefined || !isPlainMap(attributes, MAX_DEPTH)) return undefined;
  const shape = shapeOf(input);
  if (shape === undefined) return undefined;
  return {
    action: known.action,
    item: JSON.stringify([input.TableName, ...names.map((name) => attributes[name])]),
    shape: known.action + shape,
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

/** dynoxide compares the bounds of a BETWEEN in single writes only, so their values matter. */
const BETWEEN = /between/i;

function shapeOf(input: TableInput): string | undefined {
  const { Item, Key, ExpressionAttributeValues: values = {}, ...rest } = input;
  if (Object.keys(input).some((name) => !MEMBERS.has(name))) return undefined;
  if ((input.ReturnValues ?? 'NONE') !== 'NONE' || BETWEEN.test(String(input.ConditionExpression)))
    return undefined;
  if (!isPlainMap(values, MAX_DEPTH)) return undefined;
  const types = Object.entries(values).map(([name, value]) => [name, ...Object.keys(value as object)]);
  return JSON.stringify([rest, types]);
}

/** Deeper values are left to dynoxide, which has a limit of its own. */
const MAX_DEPTH = 16;
/** A number that every reader takes for the same: DynamoDB keeps 38 digits. */
const NUMBER = /^-?(0|[1-9]\d{0,37})$/;

function isPlainMap(map: unknown, depth: number): map is TableInput {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return false;
  return Object.values(map).every((value) => isPlain(value, depth - 1));
}

/** Whether an attribute value is valid beyond doubt. Sets, binary values and fractions are left to dynoxide. */
function isPlain(value: unknown, depth: number): boolean {
  if (depth < 0 || typeof value !== 'object' || value === null) return false;
  const [member, another] = Object.entries(value);
  if (member === undefined || another !== undefined) return false;
  const [type, content] = member as [string, unknown];
  switch (type) {
    case 'S':
      return typeof content === 'string';
    case 'N':
      return typeof content === 'string' && NUMBER.test(content);
    case 'BOOL':
      return typeof content === 'boolean';
    case 'NULL':
      return content === true;
    case 'M':
      return isPlainMap(content, depth);
    case 'L':
      return Array.isArray(content) && content.every((each) => isPlain(each, depth - 1));
    default:
      return false;
  }
}
