import { countedIn, type ShardBatch, shardOf } from '../lib/adapters/dynamodb/counted-records.ts';
import { createCountStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-count-store.ts';
import { countWrites } from '../lib/core/counts/count-writes.ts';
import { openService } from './wiring/open-service.ts';

const service = openService('count');
const ports = { counts: createCountStore(service.table, service.config) };

/** What Lambda expects of a function with a tumbling window. Nothing is carried along: the rows hold the marks. */
interface WindowAnswer {
  readonly state: object;
}

/** Counts the attempts, changes of state and expectations that the stream shows. Throws on a fault: the stream then repeats the batch. */
export const handler = async (batch: ShardBatch): Promise<WindowAnswer> => {
  const writes = batch.Records.flatMap((record) => countedIn(record, service) ?? []);
  await countWrites(ports, shardOf(batch), writes);
  return { state: {} };
};
