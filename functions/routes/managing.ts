import { SQSClient } from '@aws-sdk/client-sqs';
import { createHealthStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-health-store.ts';
import { createJobStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-job-store.ts';
import { createNotificationStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createFeedStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { createAuditLog } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-audit-log.ts';
import { createMerchantList } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-list.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { createQueueSender } from '../../lib/adapters/queues/queue-sender.ts';
import type { Route } from '../../lib/api/api-app.ts';
import { auditLogRoutes } from '../../lib/api/audit-log/audit-log-routes.ts';
import { endpointRoutes } from '../../lib/api/endpoints/endpoints-routes.ts';
import { keyRoutes } from '../../lib/api/keys/keys-routes.ts';
import { merchantRoutes } from '../../lib/api/merchants/merchants-routes.ts';
import { settlingRoutes } from '../../lib/api/notifications/settle-routes.ts';
import { redeliveryRoutes } from '../../lib/api/redeliveries/redeliveries-routes.ts';
import { LEAD, LEAD_OF_ONE_CLOCK } from '../../lib/core/merchants/dated-writes.ts';
import type { ApiService } from '../wiring/api-service.ts';
import { openClient } from '../wiring/clients.ts';

/** The settings that managing needs. */
export const MANAGE_SETTINGS = ['firstQueueUrl', 'retryQueueUrl', 'oneClock'] as const;

type ManageService = ApiService<(typeof MANAGE_SETTINGS)[number]>;

/** Requests that manage merchants, endpoints, keys and redeliveries. */
export function routesToManage(service: ManageService): readonly Route[] {
  const { table, config, timer } = service;
  const ports = {
    ...service,
    ...config,
    lead: config.oneClock ? LEAD_OF_ONE_CLOCK : LEAD,
    outcomes: createOutcomeStore(table, config),
    auditLog: createAuditLog(table),
    merchantList: createMerchantList(table),
    notifications: createNotificationStore(table, config),
    jobs: createJobStore(table, config),
    feed: createFeedStore(table, service.reporter),
    healthStore: createHealthStore(table, config),
    dispatcher: createQueueSender({
      sqs: openClient(SQSClient),
      queueUrls: { first: config.firstQueueUrl, retry: config.retryQueueUrl },
      timer,
    }),
  };
  return [
    ...merchantRoutes(ports),
    ...endpointRoutes(ports),
    ...keyRoutes(ports),
    ...settlingRoutes(ports),
    ...redeliveryRoutes(ports),
    ...auditLogRoutes(ports),
  ];
}
