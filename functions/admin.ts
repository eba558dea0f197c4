import { SQSClient } from '@aws-sdk/client-sqs';
import { parseConfig } from '../lib/adapters/config.ts';
import { createJobStore } from '../lib/adapters/dynamodb/stores/dynamodb-job-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/dynamodb-notification-store.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/stores/dynamodb-outcome-store.ts';
import { createQueueSender } from '../lib/adapters/queues/queue-sender.ts';
import { createApp } from '../lib/api/api-app.ts';
import { managingRoutes } from '../lib/api/merchants/managing-routes.ts';
import { settlingRoutes } from '../lib/api/notifications/settle-routes.ts';
import { operations } from '../lib/api/operations.ts';
import { LEAD, LEAD_OF_ONE_CLOCK } from '../lib/core/merchants/dated-writes.ts';
import { openApiService } from './wiring/api-service.ts';
import { clientDefaults } from './wiring/clients.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('admin');
const { firstQueueUrl, retryQueueUrl, oneClock } = parseConfig(process.env, [
  'firstQueueUrl',
  'retryQueueUrl',
  'oneClock',
]);
const ports = {
  ...service,
  lead: oneClock ? LEAD_OF_ONE_CLOCK : LEAD,
  outcomes: createOutcomeStore(service.table, service.config),
  notifications: createNotificationStore(service.table, service.config),
  jobs: createJobStore(service.table, service.config),
  dispatcher: createQueueSender({
    sqs: new SQSClient(clientDefaults),
    queueUrls: { first: firstQueueUrl, retry: retryQueueUrl },
    timer: service.timer,
  }),
};
const routes = [...managingRoutes(ports), ...settlingRoutes(ports)];

export const handler = serveHttp(createApp({ ...service.app, operations }, routes));
