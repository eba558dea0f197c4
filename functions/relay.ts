import middy from '@middy/core';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createParking } from '../lib/adapters/dynamodb/parking.ts';
import { decodeRecord } from '../lib/adapters/dynamodb/stream.ts';
import { relay } from '../lib/core/relay.ts';
import { openDispatchService } from './wiring/dispatch.ts';

const service = openDispatchService('relay');
const parking = createParking(service.table, service.config);

/** A fault is thrown: the stream hands out the whole batch again, for as long as it takes. */
export const handler = middy<DynamoDBStreamEvent, void>().handler((event) =>
  relay({ ...service, parking }, event.Records.map(decodeRecord)),
);
