import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';

/** Stream records that relay takes at a time. */
const RELAY_BATCH = 100;
/**
 * The table's stream as relay reads it.
 *
 * @param parallelization batches of one shard that are relayed side by side, 1 to 10
 */
export function relaySource(table: Table, parallelization: number): DynamoEventSource {
  // The cast is the library's debt: its own Table does not fit its ITable under exact optional types.
  return new DynamoEventSource(table as ITable, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: RELAY_BATCH,
    parallelizationFactor: parallelization,
    // Only new outcomes: notifications, settings and marks change without anybody being told.
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { sk: { S: FilterRule.beginsWith('V#') } } },
      }),
    ],
    // No number of tries: while the queues are away, the stream waits. What cannot be read is parked.
    bisectBatchOnError: true,
  });
}
