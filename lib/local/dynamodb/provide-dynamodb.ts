import type { AwsCall } from '../aws/aws-client.ts';
import type { LocalCloudError } from '../errors.ts';
import { keyNamesOf, tableCalls } from '../iam/calls/table-calls.ts';
import type { Guard } from '../iam/guard.ts';
import type { Log } from '../logging/log.ts';
import type { SeededFaults } from '../seeded-faults.ts';
import type { Stack } from '../template/stack-resources.ts';
import { type DynamoDbServer, startDynamoDb } from './dynamodb-server.ts';
import type { KeyAttributes } from './gate/mergeable-write.ts';
import { tableFaults } from './gate/table-faults.ts';
import { startGate } from './gate/table-gate.ts';
import { provideTable } from './tables.ts';

interface DynamoDbPlace {
  readonly dataDir: string;
  readonly stack: Stack;
  readonly guard: Guard;
  /** Default: none. */
  readonly faults?: SeededFaults;
  /** Only for measurements: requests after the first of a connection are not judged. */
  readonly isUnjudged: boolean;
  /** Called after each request that may have changed a table. Default: nobody needs to know. */
  readonly onWrite?: () => void;
  readonly log: Log;
}

export interface ProvidedDynamoDb extends Pick<DynamoDbServer, 'endpoint' | 'broken'> {
  /** Endpoint behind the gate, for the cloud itself. */
  readonly inner: string;
  /** The embedded emulator's SQLite file; `undefined`: a foreign emulator is used. */
  readonly databasePath?: string;
}

/** Starts the emulator behind its gate, or uses the foreign one that `endpoint` names. */
export async function provideDynamoDb(
  endpoint: string | undefined,
  { dataDir, stack, guard, faults, isUnjudged, onWrite, log }: DynamoDbPlace,
  onStop: (stop: () => Promise<void>) => void,
): Promise<ProvidedDynamoDb> {
  if (endpoint !== undefined) {
    return { endpoint, inner: endpoint, broken: Promise.withResolvers<LocalCloudError>().promise };
  }
  const server = await startDynamoDb(dataDir, log);
  onStop(server.stop);
  const keyNames = keyNamesOf(stack);
  const gate = await startGate({
    upstream: server.endpoint,
    guard,
    calls: (operation, input) => tableCalls(keyNames, operation, input),
    ...(faults !== undefined && { faults: tableFaults(faults) }),
    ...(onWrite !== undefined && { onWrite }),
    keyAttributes: keyAttributesOf(stack),
    isFirstOnly: isUnjudged,
  });
  onStop(gate.stop);
  return {
    endpoint: gate.endpoint,
    inner: server.endpoint,
    databasePath: server.databasePath,
    broken: server.broken,
  };
}

function keyAttributesOf(stack: Stack): KeyAttributes {
  const names = new Map(
    stack
      .ofType('AWS::DynamoDB::Table')
      .map(({ physical, properties }) => [
        physical.name,
        properties.KeySchema.map(({ AttributeName }) => AttributeName),
      ]),
  );
  return (table) => names.get(table);
}

/**
 * Creates the missing tables.
 * @returns the tables' stream ARNs, by logical id
 */
export async function provideTables(call: AwsCall, stack: Stack): Promise<ReadonlyMap<string, string>> {
  const streamArns = new Map<string, string>();
  for (const table of stack.ofType('AWS::DynamoDB::Table')) {
    const streamArn = await provideTable(call, table);
    if (streamArn !== undefined) streamArns.set(table.logicalId, streamArn);
  }
  return streamArns;
}
