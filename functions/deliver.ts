import { KMSClient } from '@aws-sdk/client-kms';
import type { SQSRecord } from 'aws-lambda';
import { createGate } from '../lib/adapters/dynamodb/dynamodb-gate.ts';
import { createAlertStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-alert-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createSlotStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-slot-store.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { createKmsSeal } from '../lib/adapters/secrets/kms-seal.ts';
import { handleMessage } from '../lib/core/deliver/messages.ts';
import { createRateLimiter } from '../lib/core/deliver/rate/rate-limiter.ts';
import { QUEUES } from '../lib/settings.ts';
import { openClient } from './wiring/clients.ts';
import { openLaneService } from './wiring/lanes.ts';
import { serveQueue } from './wiring/serve-queue.ts';

const service = openLaneService('deliver', ['retryQueueArn', 'sealKeyId']);
const { config, table } = service;
const ports = {
  ...service,
  outcomes: createOutcomeStore(table, { ...config, joinsReads: true }),
  notifications: createNotificationStore(table, config),
  alerts: createAlertStore(table, config),
  gate: createGate(table, service.random),
  limiter: createRateLimiter({ ...service, slots: createSlotStore(table) }),
  seal: createKmsSeal({ kms: openClient(KMSClient), keyId: config.sealKeyId }),
};

const laneOf = ({ eventSourceARN }: SQSRecord) =>
  eventSourceARN === config.retryQueueArn ? 'retry' : 'first';

/** Handles both delivery lanes. A batch is attempted in parallel. Only failed messages return to the queue. */
export const handler = serveQueue({
  sqs: service.sqs,
  reporter: service.reporter,
  queueUrlOf: (record) => service.queueUrls[laneOf(record)],
  longestPauseSeconds: QUEUES.lane.visibilitySeconds,
  work: (message, record) => handleMessage(ports, { ...message, lane: laneOf(record) }),
});
