import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type GatedTable, type StreamRecord, startGatedTable, TABLE } from './fixture/gated-table.ts';

/** One write of a round. Those of a round have different items, so their order does not matter. */
interface Write {
  readonly operation: string;
  readonly input: unknown;
}

const ROUNDS = 60;
/** Some exist already, some do not. */
const ITEMS = 24;

const short = fc.constantFrom('', 'a', 'b', 'm', 'z', '注', '"}', '\u2028');
const scalar = fc.oneof(
  short.map((S) => ({ S })),
  fc.integer({ min: -5, max: 5 }).map((N) => ({ N: String(N) })),
  fc.constantFrom({ BOOL: true }, { NULL: true }, { N: '1.50' }, { SS: ['x', 'y'] }, { B: 'AAE=' }),
);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  fc.array(scalar, { maxLength: 2 }).map((L) => ({ L })),
  fc.dictionary(short, scalar, { maxKeys: 2 }).map((M) => ({ M })),
);
/** Values that DynamoDB refuses. */
const badValue = fc.constantFrom<unknown>(
  { N: '1'.repeat(39) },
  { N: 'many' },
  { N: 1 },
  { S: 1 },
  { SS: [] },
  { SS: ['x', 'x'] },
  { NULL: false },
  { S: 'a', N: '1' },
  { X: 'a' },
  {},
  null,
);
const anyValue = fc.oneof({ weight: 12, arbitrary: value }, badValue);
/** At most one is bad: of several, dynoxide names any. */
const attributes = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.dictionary(fc.constantFrom('n', 'list', 'due', 'text'), value, { maxKeys: 3 }),
  },
  badValue.map((n) => ({ n })),
);

const condition = fc.constantFrom<string | undefined>(
  undefined,
  undefined,
  'attribute_not_exists(pk)',
  'attribute_exists(pk)',
  'attribute_not_exists(pk) OR #n < :v',
  'size(#n) > :v',
  'begins_with(#n, :v)',
  '#n BETWEEN :v AND :w',
  '#n IN (:v, :w)',
  'NOT contains(#n, :v)',
  'attribute_exists(',
  ':v = :w',
);
const update = fc.constantFrom<string | undefined>(
  'SET #n = :v',
  'SET #n = if_not_exists(#n, :v)',
  'SET #n = #n + :v',
  'SET #n = list_append(if_not_exists(#n, :v), :v)',
  'SET other = :v REMOVE #n',
  'SET #n.inner = :v',
  'ADD #n :v',
  'DELETE #n :v',
  'REMOVE #n',
  'SET #n = :v, #n = :w',
  'SET pk = :v',
  'SET #n',
);
/** `due` is an index's key, `sk` the table's. */
const name = fc.constantFrom<string>('n', 'n', 'n', 'list', 'due', 'sk', 'text');
const sortKey = fc.constantFrom<unknown>(...Array(12).fill({ S: 'a' }), { S: '' }, { N: '1' }, undefined);

/** Everything that can be wrong with a write. */
const wild = fc.record({
  kind: fc.constantFrom<string>('PutItem', 'UpdateItem', 'DeleteItem'),
  condition,
  update,
  name,
  sk: sortKey,
  v: anyValue,
  w: value,
  attributes,
  returns: fc.constantFrom<string | undefined>(undefined, undefined, undefined, 'NONE', 'ALL_OLD'),
  onFailure: fc.constantFrom<string | undefined>(undefined, 'ALL_OLD', 'NONE'),
  table: fc.constantFrom(...Array<string>(20).fill(TABLE), 'absent'),
  more: fc.constantFrom(...Array<object>(30).fill({}), { ReturnConsumedCapacity: 'TOTAL' }, { Unknown: 1 }),
});

/** Writes as a service makes them: few forms, many values. They fail by what is stored. */
const usual = fc
  .record({
    form: fc.constantFrom<readonly [kind: string, update: string | undefined, condition?: string]>(
      ['PutItem', undefined],
      ['PutItem', undefined],
      ['PutItem', undefined, 'attribute_not_exists(pk)'],
      ['PutItem', undefined, 'attribute_not_exists(pk) OR #n < :v'],
      ['UpdateItem', 'SET #n = :v'],
      ['UpdateItem', 'SET #n = :v', 'attribute_exists(pk)'],
      ['UpdateItem', 'SET other = :v', 'attribute_not_exists(never) OR #n BETWEEN :v AND :w'],
      ['UpdateItem', 'SET other = :v', 'attribute_not_exists(never) OR #n = :w'],
      ['UpdateItem', 'SET #n = #n + :v'],
      ['UpdateItem', 'ADD #n :v'],
      ['UpdateItem', 'SET #n = list_append(if_not_exists(#n, :v), :v)'],
      ['UpdateItem', 'SET #n.inner = :v'],
      ['UpdateItem', 'REMOVE #n'],
      ['DeleteItem', undefined],
      ['DeleteItem', undefined, 'attribute_exists(#n)'],
    ),
    name: fc.constantFrom('n', 'n', 'due'),
    v: anyValue,
    w: value,
    attributes,
    onFailure: fc.constantFrom(undefined, 'ALL_OLD'),
  })
  .map(({ form: [kind, updateExpression, conditionExpression], ...rest }) => ({
    ...rest,
    kind,
    update: updateExpression,
    condition: conditionExpression,
    sk: { S: 'a' },
    returns: undefined,
    table: TABLE,
    more: {},
  }));

type Drawn = typeof wild extends fc.Arbitrary<infer Value> ? Value : never;

const write: fc.Arbitrary<Drawn> = fc.oneof({ weight: 4, arbitrary: usual }, wild);
const round = fc.array(write, { minLength: ITEMS, maxLength: ITEMS });

function requestOf(drawn: Drawn, item: number): Write {
  const key = { pk: { S: `item-${item}` }, sk: drawn.sk };
  const UpdateExpression = drawn.kind === 'UpdateItem' ? drawn.update : undefined;
  const expressions = [drawn.condition, UpdateExpression].join(' ');
  const values = {
    ...(expressions.includes(':v') && { ':v': drawn.v }),
    ...(expressions.includes(':w') && { ':w': drawn.w }),
  };
  const input = {
    TableName: drawn.table,
    ...(drawn.kind === 'PutItem' ? { Item: { ...drawn.attributes, ...key } } : { Key: key }),
    UpdateExpression,
    ConditionExpression: drawn.condition,
    ...(expressions.includes('#n') && { ExpressionAttributeNames: { '#n': drawn.name } }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ReturnValues: drawn.returns,
    ReturnValuesOnConditionCheckFailure: drawn.onFailure,
    ...drawn.more,
  };
  return { operation: drawn.kind, input };
}

it('answers, stores and streams the same with transactions as without', async () => {
  const alone = await startGatedTable({ isMerging: false });
  const merged = await startGatedTable({ isMerging: true });
  try {
    const rounds = fc.sample(round, { numRuns: ROUNDS, seed: 20_261_129 });
    for (const [index, drawn] of rounds.entries()) {
      const writes = drawn.map((each, item) => requestOf(each, (item + index) % (ITEMS + 6)));
      expect(await sendAll(merged, writes)).toEqual(await sendAll(alone, writes));
      expect(await merged.items()).toEqual(await alone.items());
    }
    expect(byItem(await merged.records())).toEqual(byItem(await alone.records()));
    expect(alone.valve.operations).not.toContain('TransactWriteItems');
    const transactions = merged.valve.operations.filter((each) => each === 'TransactWriteItems');
    expect(transactions.length).toBeGreaterThan(ROUNDS);
  } finally {
    await Promise.all([alone.stop(), merged.stop()]);
  }
});

/** The question stands beside each answer, so that a difference shows what was asked. */
async function sendAll(table: GatedTable, writes: readonly Write[]) {
  return await Promise.all(
    writes.map(async ({ operation, input }) => {
      const { statusCode, body } = await table.ask(operation, input);
      return { operation, input, statusCode, answer: JSON.parse(body) as unknown };
    }),
  );
}

/** What the stream says of each item, in order. Its numbers and times differ between two tables. */
function byItem(records: readonly StreamRecord[]) {
  const numbers = records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
  expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
  expect(new Set(numbers).size).toBe(numbers.length);
  return Object.groupBy(
    records.map(({ dynamodb, ...record }) => {
      const { SequenceNumber: _, ApproximateCreationDateTime: __, ...content } = dynamodb;
      return { ...record, eventID: undefined, dynamodb: content };
    }),
    ({ dynamodb: { Keys } }) => JSON.stringify(Object.entries(Keys as object).sort()),
  );
}
