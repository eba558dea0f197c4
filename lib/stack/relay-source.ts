import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';

/** Stream records that relay takes at a time. */
const RELAY_BATCH = 100;
/** What Lambda takes as batches of one shard side by side. */
const MAX_PARALLELIZATION = 10;

/**
 * The table's stream as relay reads it.
 *
 * @param parallelization batches of one shard that are relayed side by side, 1 to 10
 * @throws Error at synthesis where Lambda would refuse the number
 */
export function relaySource(table: Table, parallelization: number): DynamoEventSource {
  const isTaken =
    Number.isInteger(parallelization) && parallelization >= 1 && parallelization <= MAX_PARALLELIZATION;
  if (!isTaken) {
    throw new Error(
      `relayParallelization is ${parallelization}; it must be a whole number from 1 to ${MAX_PARALLELIZATION}.`,
    );
  }
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
