import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BatchWriteItemCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { Agent } from 'undici';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import { startDynamoDb } from '../../../lib/local/dynamodb/dynamodb-server.ts';
import { provideTable } from '../../../lib/local/dynamodb/tables.ts';
import { loadAssembly } from '../../../lib/local/template/assembly.ts';
import { resolveStack } from '../../../lib/local/template/stack-resources.ts';
import { assemblyOf } from '../synthesized.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Entries of one BatchWriteItem request. */
const BATCH = 25;
const UNUSED = 'http://127.0.0.1:1';

/** Every row of a table, as a backup holds them. */
export async function backedUp(
  documents: DynamoDBDocumentClient,
  TableName: string,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }),
    );
    rows.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return rows;
}

/**
 * Puts a table with these rows into the place of the service's table, while its cloud is stopped. As after a restore on
 * AWS, it is another table: its stream is switched on after it was filled, and begins empty.
 */
export async function restoreTable(dataDir: string, rows: readonly Row[]): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(join(dataDir, `dynamodb.sqlite${suffix}`), { force: true });
  }
  const server = await startDynamoDb(dataDir, () => undefined);
  const connections = new Agent();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: server.endpoint, region: 'us-east-1', credentials });
  try {
    const stack = resolveStack(loadAssembly(assemblyOf('production')), { sqs: UNUSED, api: UNUSED });
    const [table] = stack.ofType('AWS::DynamoDB::Table');
    if (table === undefined) throw new Error('The template has no table.');
    const { StreamSpecification: _off, ...properties } = table.properties;
    const call = awsClient('dynamodb', server.endpoint, { connections });
    await provideTable(call, { ...table, properties });
    const TableName = table.physical.name;
    for (let start = 0; start < rows.length; start += BATCH) {
      const puts = rows.slice(start, start + BATCH).map((row) => ({ PutRequest: { Item: marshall(row) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    }
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const;
    await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
  } finally {
    client.destroy();
    await connections.close();
    await server.stop();
  }
}
