import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseConfig } from '../lib/adapters/config.ts';
import { createCheckStore } from '../lib/adapters/dynamodb/stores/dynamodb-check-store.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/stores/dynamodb-outcome-store.ts';
import { createDeadLetters } from '../lib/adapters/queues/dead-letters.ts';
import { createApp } from '../lib/api/api-app.ts';
import { recordingRoutes } from '../lib/api/transactions/record-routes.ts';
import { unresolvedRoutes } from '../lib/api/unresolved/unresolved-routes.ts';
import { takeIn } from '../lib/core/record/intake.ts';
import { openApiService } from './wiring/api-service.ts';
import { clientDefaults } from './wiring/clients.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('record');
const config = parseConfig(process.env, ['checkHorizonSeconds', 'recorders', 'intakeDeadLetterUrl']);
const ports = {
  ...service,
  ...config,
  outcomes: createOutcomeStore(service.table, service.config),
  checks: createCheckStore(service.table),
  deadLetters: createDeadLetters({
    sqs: new SQSClient(clientDefaults),
    queueUrl: config.intakeDeadLetterUrl,
  }),
};

const processor = new BatchProcessor(EventType.SQS);

/** Messages of a batch are recorded side by side; those that fail come back alone. */
const recordBatch = middy<SQSEvent, SQSBatchResponse>().handler((event) =>
  processPartialResponse(event, recordOne, processor, { throwOnFullBatchFailure: false }),
);
const serve = serveHttp(createApp(service.app, [...recordingRoutes(ports), ...unresolvedRoutes(ports)]));

/** Requests that wait for the answer, and messages whose senders do not: the same outcomes by the same way. */
export const handler = (event: SQSEvent | APIGatewayProxyEventV2, context: Context) =>
  'Records' in event ? recordBatch(event, context) : serve(event, context);

function recordOne({ messageId, body }: SQSRecord): Promise<void> {
  return takeIn(ports, { messageId, body });
}
