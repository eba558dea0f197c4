import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createParking } from '../lib/adapters/dynamodb/dynamodb-parking.ts';
import { createErasureStore } from '../lib/adapters/dynamodb/stores/erasing/dynamodb-erasure-store.ts';
import { createMerchantRows } from '../lib/adapters/dynamodb/stores/erasing/dynamodb-merchant-rows.ts';
import { decodeRecord } from '../lib/adapters/dynamodb/stream-records.ts';
import { createDispatcher } from '../lib/adapters/queues/lane-dispatcher.ts';
import { relay } from '../lib/core/deliver/relay.ts';
import { openDispatchService } from './wiring/dispatch.ts';

const service = openDispatchService('relay');
const ports = {
  ...service,
  parking: createParking(service.table, service.config),
  erasures: createErasureStore(service.table),
  rows: createMerchantRows(service.table, service.config),
  // No scheduler here: every delay that the relay uses fits within the queue's own limit.
  dispatcher: createDispatcher(service),
};

/** Relays stream records to the lanes. Throws on a fault: the stream then retries the whole batch until it succeeds. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<void> =>
  relay(ports, Records.map(decodeRecord));
