import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
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
import { INTAKE_VISIBILITY_SECONDS, serveQueue } from './wiring/serve-queue.ts';

const service = openApiService('record');
const config = parseConfig(process.env, [
  'checkHorizonSeconds',
  'recorders',
  'intakeQueueUrl',
  'intakeDeadLetterUrl',
]);
const sqs = new SQSClient(clientDefaults);
const ports = {
  ...service,
  ...config,
  outcomes: createOutcomeStore(service.table, service.config),
  checks: createCheckStore(service.table),
  deadLetters: createDeadLetters({ sqs, queueUrl: config.intakeDeadLetterUrl }),
};

const recordBatch = serveQueue({
  sqs,
  queueUrlOf: () => config.intakeQueueUrl,
  longestPauseSeconds: INTAKE_VISIBILITY_SECONDS,
  work: (message) => takeIn(ports, message),
});
const serve = serveHttp(createApp(service.app, [...recordingRoutes(ports), ...unresolvedRoutes(ports)]));

/** Requests that wait for the answer, and messages whose senders do not: the same outcomes by the same way. */
export const handler = (event: SQSEvent | APIGatewayProxyEventV2, context: Context) =>
  'Records' in event ? recordBatch(event, context) : serve(event, context);
