import { setTimeout as delay } from 'node:timers/promises';
import type { AwsCall } from '../aws/aws-client.ts';
import { AwsFault } from '../aws/aws-fault.ts';
import { LocalCloudError } from '../errors.ts';
import type { TableProperties } from '../template/properties.ts';
import type { Resource } from '../template/stack-resources.ts';

type Index = TableProperties['GlobalSecondaryIndexes'][number];

interface TableDescription {
  readonly TableStatus: string;
  readonly LatestStreamArn?: string;
  readonly KeySchema: TableProperties['KeySchema'];
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly LocalSecondaryIndexes?: readonly Index[];
  readonly StreamSpecification?: { readonly StreamViewType?: string };
}

const ACTIVE_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/**
 * Creates the table if it is missing. A table of an earlier run is kept with its data.
 * @returns the stream's ARN as this DynamoDB names it
 * @throws LocalCloudError `data_dir_outdated` if the existing table has other keys or indexes, or another stream
 */
export async function provideTable(
  call: AwsCall,
  table: Resource<'AWS::DynamoDB::Table'>,
): Promise<string | undefined> {
  const name = table.physical.name;
  try {
    await call('DescribeTable', { TableName: name });
  } catch (error) {
    if (!(error instanceof AwsFault) || error.code !== 'ResourceNotFoundException') throw error;
    await call('CreateTable', createTableInput(name, table.properties));
  }
  const found = await whenActive(call, name);
  const wanted = { ...table.properties, StreamSpecification: table.properties.StreamSpecification ?? {} };
  if (shapeOf(found) !== shapeOf(wanted)) {
    throw new LocalCloudError(
      'data_dir_outdated',
      `Table ${name} was created by another version of the template: its keys, indexes or stream differ. ` +
        'Start with an empty data directory (npm start -- --fresh).',
    );
  }
  return found.LatestStreamArn;
}

/** The parts of a table that cannot be changed in place, in a fixed order for comparison. */
function shapeOf(table: Omit<TableDescription, 'TableStatus'>): string {
  const indexes = (all: readonly Index[] = []) =>
    all
      .map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        keys: keys(KeySchema),
        projection: [Projection.ProjectionType, ...(Projection.NonKeyAttributes ?? []).toSorted()],
      }))
      .sort((left, right) => (left.IndexName < right.IndexName ? -1 : 1));
  const keys = (schema: TableProperties['KeySchema']) =>
    schema.map((key) => `${key.KeyType} ${key.AttributeName}`);
  return JSON.stringify([
    keys(table.KeySchema),
    indexes(table.GlobalSecondaryIndexes),
    indexes(table.LocalSecondaryIndexes),
    table.StreamSpecification?.StreamViewType,
  ]);
}

async function whenActive(call: AwsCall, name: string): Promise<TableDescription> {
  for (const deadline = Date.now() + ACTIVE_TIMEOUT_MS; Date.now() < deadline; ) {
    const { Table } = await call<{ Table: TableDescription }>('DescribeTable', { TableName: name });
    if (Table.TableStatus === 'ACTIVE') return Table;
    await delay(POLL_MS);
  }
  throw new LocalCloudError('dynamodb_unavailable', `Table ${name} did not become active.`);
}

function createTableInput(name: string, properties: TableProperties) {
  const globalIndexes = properties.GlobalSecondaryIndexes.map(bareIndex);
  const localIndexes = properties.LocalSecondaryIndexes.map(bareIndex);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: properties.KeySchema,
    AttributeDefinitions: properties.AttributeDefinitions,
    ...(globalIndexes.length === 0 ? {} : { GlobalSecondaryIndexes: globalIndexes }),
    ...(localIndexes.length === 0 ? {} : { LocalSecondaryIndexes: localIndexes }),
    ...(properties.StreamSpecification === undefined
      ? {}
      : { StreamSpecification: { StreamEnabled: true, ...properties.StreamSpecification } }),
  };
}

function bareIndex(index: TableProperties['GlobalSecondaryIndexes'][number]) {
  return { IndexName: index.IndexName, KeySchema: index.KeySchema, Projection: index.Projection };
}
