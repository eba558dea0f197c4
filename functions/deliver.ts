import { KMSClient } from '@aws-sdk/client-kms';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SQSRecord } from 'aws-lambda';
import { createGate } from '../lib/adapters/dynamodb/dynamodb-gate.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/dynamodb-notification-store.ts';
import { createHttpSender } from '../lib/adapters/http/http-sender.ts';
import { createDeadLetters } from '../lib/adapters/queues/dead-letters.ts';
import { createDispatcher } from '../lib/adapters/queues/lane-dispatcher.ts';
import { createKmsSeal } from '../lib/adapters/secrets/kms-seal.ts';
import { handleMessage } from '../lib/core/deliver/messages.ts';
import { clientDefaults } from './wiring/clients.ts';
import { openDispatchService } from './wiring/dispatch.ts';
import { LANE_VISIBILITY_SECONDS, serveQueue } from './wiring/serve-queue.ts';

const service = openDispatchService('deliver', [
  'scheduleGroup',
  'schedulerRoleArn',
  'schedulerDeadLetterArn',
  'retryQueueArn',
  'deadLetterUrl',
  'sealKeyId',
  'allowLoopback',
  'callbackPorts',
]);
const { config, table } = service;
const policy = { allowedPorts: config.callbackPorts, allowLoopback: config.allowLoopback };
const ports = {
  ...service,
  dispatcher: createDispatcher({
    ...service,
    schedules: { ...config, scheduler: new SchedulerClient(clientDefaults) },
    onRefused: (reason) => service.reporter.report({ event: 'schedule_refused', reason }),
  }),
  notifications: createNotificationStore(table, config),
  gate: createGate(table),
  seal: createKmsSeal({ kms: new KMSClient(clientDefaults), keyId: config.sealKeyId }),
  sender: createHttpSender({ policy, now: service.clock.now }),
  deadLetters: createDeadLetters({ sqs: service.sqs, queueUrl: config.deadLetterUrl }),
};

const laneOf = ({ eventSourceARN }: SQSRecord) =>
  eventSourceARN === config.retryQueueArn ? 'retry' : 'first';

/** Handles both delivery lanes. A batch is attempted in parallel. Only failed messages return to the queue. */
export const handler = serveQueue({
  sqs: service.sqs,
  reporter: service.reporter,
  queueUrlOf: (record) => service.queueUrls[laneOf(record)],
  longestPauseSeconds: LANE_VISIBILITY_SECONDS,
  work: (message, record) => handleMessage(ports, { ...message, lane: laneOf(record) }),
});
