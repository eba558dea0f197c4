import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';

/** Maximum stream records in one batch of relay. */
const RELAY_BATCH = 100;
/**
 * The table's stream as the event source of relay.
 *
 * @param parallelization batches of one shard that are relayed in parallel, 1 to 10
 */
export function relaySource(table: ITable, parallelization: number): DynamoEventSource {
  return new DynamoEventSource(table, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: RELAY_BATCH,
    parallelizationFactor: parallelization,
    // Only new outcomes. Changes of notifications, settings and marks need no message.
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { sk: { S: FilterRule.beginsWith('V#') } } },
      }),
    ],
    // No retry limit: the stream waits while the queues are unavailable. Unreadable records are parked.
    bisectBatchOnError: true,
  });
}
