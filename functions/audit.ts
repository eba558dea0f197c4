import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { parseConfig } from '../lib/adapters/config.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/dynamodb-notification-store.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/stores/dynamodb-outcome-store.ts';
import { createQueueSender } from '../lib/adapters/queues/queue-sender.ts';
import { systemTimer as timer } from '../lib/adapters/system.ts';
import { auditPartitions } from '../lib/core/bookkeeping/audit.ts';
import { deadlineOf, openBookkeeping, type PartitionShare, reportMark } from './wiring/bookkeeping.ts';
import { clientDefaults } from './wiring/clients.ts';

const service = openBookkeeping('audit');
const config = parseConfig(process.env, ['auditAfterSeconds', 'firstQueueUrl', 'retryQueueUrl']);
const ports = {
  ...service,
  ...service.config,
  ...config,
  outcomes: createOutcomeStore(service.table, service.config),
  notifications: createNotificationStore(service.table, service.config),
  dispatcher: createQueueSender({
    sqs: new SQSClient(clientDefaults),
    queueUrls: { first: config.firstQueueUrl, retry: config.retryQueueUrl },
    timer,
  }),
};

/** Every minute, a share of the partitions: the windows that were closed some time ago, read again. */
export const handler = middy<PartitionShare>().handler(
  async ({ partitions }: PartitionShare, context: Context) => {
    const deadlineMs = deadlineOf(context);
    reportMark(ports, 'audited', await auditPartitions(ports, { partitions, deadlineMs }));
  },
);
