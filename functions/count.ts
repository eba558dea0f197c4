import { attemptIn, type ShardBatch, shardOf } from '../lib/adapters/dynamodb/attempt-records.ts';
import { createCountStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-count-store.ts';
import { countAttempts } from '../lib/core/counts/count-attempts.ts';
import { openService } from './wiring/open-service.ts';

const service = openService('count');
const ports = { counts: createCountStore(service.table, service.config) };

/** What Lambda expects of a function with a tumbling window. Nothing is carried along: the rows hold the marks. */
interface WindowAnswer {
  readonly state: object;
}

/** Counts the attempts that the stream shows. Throws on a fault: the stream then repeats the batch. */
export const handler = async (batch: ShardBatch): Promise<WindowAnswer> => {
  const attempts = batch.Records.flatMap((record) => attemptIn(record, service) ?? []);
  await countAttempts(ports, shardOf(batch), attempts);
  return { state: {} };
};
