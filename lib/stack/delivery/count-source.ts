import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Preset } from '../../presets.ts';

/** Lambda's maximum. A batch ends sooner at 6 MB, and after the time below. */
const COUNT_BATCH = 10_000;
/** For how long attempts are collected. Each batch costs a write for each endpoint and hour. */
const COUNT_SECONDS: Readonly<Record<Preset, number>> = { local: 2, development: 60, production: 60 };
/** Lambda's maximum. The function is invoked once more at the end of each window, without records. */
const WINDOW_MINUTES = 15;

/**
 * The table's stream as the event source of `count`. It is the second reader of the stream, and the last: DynamoDB advises
 * at most two, or their reads are throttled.
 */
export function countSource(table: ITable, preset: Preset): DynamoEventSource {
  return new DynamoEventSource(table, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: COUNT_BATCH,
    maxBatchingWindow: Duration.seconds(COUNT_SECONDS[preset]),
    // Lambda names the shard of a batch only to functions with a tumbling window.
    tumblingWindow: Duration.minutes(WINDOW_MINUTES),
    filters: ['N#', 'X#'].flatMap((start) => [rowsThat('INSERT', start), rowsThat('MODIFY', start)]),
    // No retry limit, and one batch of a shard at a time: no record may be skipped, and none may overtake another.
    bisectBatchOnError: true,
  });
}

/** Notifications, and what the audit expects. A row that expires is removed, which counts for nothing. */
const rowsThat = (eventName: 'INSERT' | 'MODIFY', start: string) =>
  FilterCriteria.filter({
    eventName: FilterRule.isEqual(eventName),
    dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(start) } } },
  });
