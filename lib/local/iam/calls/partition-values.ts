/** Input of a DynamoDB operation, or one entry of a batch or transaction. */
export type TableInput = Readonly<Record<string, unknown>>;

/** `#name = :value`, also with the sides exchanged. Only equality can be asked of a partition key. */
const EQUALITY = /(^|[\s(])([#:]?[\w.-]+)\s*=\s*([#:]?[\w.-]+)/g;

/**
 * The values of the partition key that a query's key condition names, as text.
 * @returns `undefined` if there is none, so that a policy's `Null` condition sees it
 */
export function partitionValues(partitionKey: string, input: TableInput): readonly string[] | undefined {
  const values = [...ofExpression(partitionKey, input), ...ofLegacyConditions(partitionKey, input)];
  return values.length === 0 ? undefined : values;
}

function ofExpression(partitionKey: string, input: TableInput): readonly string[] {
  const { KeyConditionExpression: expression } = input;
  if (typeof expression !== 'string') return [];
  const names = (input.ExpressionAttributeNames ?? {}) as Readonly<Record<string, string>>;
  const values = (input.ExpressionAttributeValues ?? {}) as TableInput;
  const found: string[] = [];
  for (const [, , left = '', right = ''] of expression.matchAll(EQUALITY)) {
    const [name, value] = left.startsWith(':') ? [right, left] : [left, right];
    if ((names[name] ?? name) !== partitionKey) continue;
    const text = scalarText(values[value]);
    if (text !== undefined) found.push(text);
  }
  return found;
}

function ofLegacyConditions(partitionKey: string, { KeyConditions }: TableInput): readonly string[] {
  const condition = (KeyConditions as TableInput | undefined)?.[partitionKey] as TableInput | undefined;
  const [value] = (condition?.AttributeValueList ?? []) as readonly unknown[];
  const text = scalarText(value);
  return text === undefined ? [] : [text];
}

/** A string, number or binary attribute value (`{ S: 'T#1' }`) as text. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { S, N, B } = value as { readonly S?: unknown; readonly N?: unknown; readonly B?: unknown };
  const text = S ?? N ?? B;
  return typeof text === 'string' ? text : undefined;
}
