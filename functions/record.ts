import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { createDeadLetters } from '../lib/adapters/queues/dead-letters.ts';
import { createApp } from '../lib/api/api-app.ts';
import type { HttpEvent } from '../lib/api/http/http-event.ts';
import { recordFromQueue } from '../lib/core/record/intake.ts';
import { QUEUES } from '../lib/settings.ts';
import { recordingPorts, routesToRecord } from './routes/recording.ts';
import { openApiService } from './wiring/api-service.ts';
import { openClient } from './wiring/clients.ts';
import { serveHttp } from './wiring/serve-http.ts';
import { serveQueue } from './wiring/serve-queue.ts';

const service = openApiService('record', [
  'checkHorizonSeconds',
  'recorders',
  'intakeQueueUrl',
  'intakeDeadLetterUrl',
]);
const { config } = service;
const sqs = openClient(SQSClient);
const ports = {
  ...recordingPorts(service),
  deadLetters: createDeadLetters({ sqs, queueUrl: config.intakeDeadLetterUrl }),
};

const recordBatch = serveQueue({
  sqs,
  reporter: service.reporter,
  queueUrlOf: () => config.intakeQueueUrl,
  longestPauseSeconds: QUEUES.intake.visibilitySeconds,
  work: (message) => recordFromQueue(ports, message),
});
const serve = serveHttp(createApp(service.app, routesToRecord(ports)));

/** Records outcomes from HTTP requests and from intake-queue messages. Both share the same recording rules. */
export const handler = (event: SQSEvent | HttpEvent) =>
  'Records' in event ? recordBatch(event) : serve(event);
