import { SQSClient } from '@aws-sdk/client-sqs';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createExpectationStore } from '../lib/adapters/dynamodb/stores/feed/dynamodb-expectation-store.ts';
import { createGlance } from '../lib/adapters/dynamodb/stores/feed/dynamodb-glance.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { createQueueSender } from '../lib/adapters/queues/queue-sender.ts';
import { auditPartitions } from '../lib/core/bookkeeping/audit.ts';
import { openBookkeeping, reportMark } from './wiring/bookkeeping.ts';
import { openClient } from './wiring/clients.ts';
import { type PartitionShare, serveSchedule } from './wiring/serve-schedule.ts';

const service = openBookkeeping('audit', ['auditAfterSeconds', 'firstQueueUrl', 'retryQueueUrl']);
const { table, config, timer } = service;
const ports = {
  ...service,
  outcomes: createOutcomeStore(table, config),
  glance: createGlance(table),
  expectations: createExpectationStore(table, config),
  notifications: createNotificationStore(table, config),
  dispatcher: createQueueSender({
    sqs: openClient(SQSClient),
    queueUrls: { first: config.firstQueueUrl, retry: config.retryQueueUrl },
    timer,
  }),
};

/** Runs every minute for a share of the partitions: reads closed windows again once `auditAfterSeconds` have passed. */
export const handler = serveSchedule<PartitionShare>(async (deadlineMs, { partitions }) => {
  reportMark(ports, 'audited', await auditPartitions(ports, { partitions, deadlineMs }));
});
