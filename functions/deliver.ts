import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { APIGatewayProxyEventV2, Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseConfig } from '../lib/adapters/config.ts';
import { createGate } from '../lib/adapters/dynamodb/gate.ts';
import { GATES } from '../lib/adapters/dynamodb/items/item-keys.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/dynamodb-notification-store.ts';
import { createHttpSender } from '../lib/adapters/http/http-sender.ts';
import { createDeadLetters } from '../lib/adapters/queues/dead-letters.ts';
import { createDispatcher } from '../lib/adapters/queues/lane-dispatcher.ts';
import { createApp } from '../lib/api/api-app.ts';
import { testingRoutes } from '../lib/api/endpoints/test-routes.ts';
import { handleMessage } from '../lib/core/deliver/messages.ts';
import { openApiService } from './wiring/api-service.ts';
import { clientDefaults } from './wiring/clients.ts';
import { openDispatchService } from './wiring/dispatch.ts';
import { LANE_VISIBILITY_SECONDS, serveQueue } from './wiring/queue.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openDispatchService('deliver');
const api = openApiService('deliver');
const config = parseConfig(process.env, [
  'scheduleGroup',
  'schedulerRoleArn',
  'schedulerDeadLetterArn',
  'retryQueueArn',
  'deadLetterUrl',
]);
const ports = {
  ...service,
  dispatcher: createDispatcher({
    ...service,
    schedules: { ...config, scheduler: new SchedulerClient(clientDefaults) },
    onRefused: (reason) => service.reporter.report({ event: 'schedule_refused', reason }),
  }),
  notifications: createNotificationStore(service.table, service.config),
  testGate: createGate(service.table, GATES.test),
  laneSeats: createGate(service.table, GATES.seat),
  seal: api.seal,
  sender: createHttpSender({ policy: api.callbackPolicy, now: service.clock.now }),
  deadLetters: createDeadLetters({ sqs: service.sqs, queueUrl: config.deadLetterUrl }),
};

const laneOf = ({ eventSourceARN }: SQSRecord) =>
  eventSourceARN === config.retryQueueArn ? 'retry' : 'first';
const deliverBatch = serveQueue({
  sqs: service.sqs,
  queueUrlOf: (record) => service.queueUrls[laneOf(record)],
  longestPauseSeconds: LANE_VISIBILITY_SECONDS,
  work: (message, record) => handleMessage(ports, { ...message, lane: laneOf(record) }),
});
const serve = serveHttp(createApp(api.app, testingRoutes(ports)));

/** Messages of the lanes, and requests to test an endpoint: both send, and nothing else does. */
export const handler = (event: SQSEvent | APIGatewayProxyEventV2, context: Context) =>
  'Records' in event ? deliverBatch(event, context) : serve(event, context);
