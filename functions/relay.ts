import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createParking } from '../lib/adapters/dynamodb/dynamodb-parking.ts';
import { decodeRecord } from '../lib/adapters/dynamodb/stream-records.ts';
import { createDispatcher } from '../lib/adapters/queues/lane-dispatcher.ts';
import { relay } from '../lib/core/deliver/relay.ts';
import { openDispatchService } from './wiring/dispatch.ts';

const service = openDispatchService('relay');
const ports = {
  ...service,
  parking: createParking(service.table, service.config),
  // Nothing that it delays waits longer than the queue can.
  dispatcher: createDispatcher({
    ...service,
    onRefused: (reason) => service.reporter.report({ event: 'schedule_refused', reason }),
  }),
};

/** A fault is thrown: the stream hands out the whole batch again, for as long as it takes. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<void> =>
  relay(ports, Records.map(decodeRecord));
