import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseConfig } from '../lib/adapters/config.ts';
import { createGate } from '../lib/adapters/dynamodb/gate.ts';
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
  gate: createGate(service.table),
  seal: api.seal,
  sender: createHttpSender({ policy: api.callbackPolicy, now: service.clock.now }),
  deadLetters: createDeadLetters({ sqs: service.sqs, queueUrl: config.deadLetterUrl }),
};

const processor = new BatchProcessor(EventType.SQS);

/** Messages of a batch are attempted side by side; those that fail come back alone. */
const deliverBatch = middy<SQSEvent, SQSBatchResponse>().handler((event) =>
  processPartialResponse(event, attemptOf, processor, { throwOnFullBatchFailure: false }),
);
const serve = serveHttp(createApp(api.app, testingRoutes(ports)));

/** Messages of the lanes, and requests to test an endpoint: both send, and nothing else does. */
export const handler = (event: SQSEvent | APIGatewayProxyEventV2, context: Context) =>
  'Records' in event ? deliverBatch(event, context) : serve(event, context);

function attemptOf(record: SQSRecord): Promise<void> {
  return handleMessage(ports, {
    messageId: record.messageId,
    body: record.body,
    receivedTimes: Number(record.attributes.ApproximateReceiveCount),
    lane: record.eventSourceARN === config.retryQueueArn ? 'retry' : 'first',
  });
}
