import { SQSClient } from '@aws-sdk/client-sqs';
import { createParkedRecords } from '../../lib/adapters/dynamodb/parked-records.ts';
import { createCheckStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { createCountStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-count-store.ts';
import { createHealthStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-health-store.ts';
import { createErasureStore } from '../../lib/adapters/dynamodb/stores/erasing/dynamodb-erasure-store.ts';
import { createExpectationStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-expectation-store.ts';
import { createAuditLog } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-audit-log.ts';
import { createDirectory } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createPortalLinkStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-session-store.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { createDispatcher } from '../../lib/adapters/queues/lane-dispatcher.ts';
import { createDeadLetterQueue } from '../../lib/adapters/queues/redrive.ts';
import type { Route } from '../../lib/api/api-app.ts';
import { deadLettersRoutes } from '../../lib/api/dead-letters/dead-letters-routes.ts';
import { eraseRoutes } from '../../lib/api/merchants/erase-routes.ts';
import { overviewRoutes } from '../../lib/api/overview/overview-routes.ts';
import { parkedRoutes } from '../../lib/api/parked/parked-routes.ts';
import { portalLinkRoutes } from '../../lib/api/portal-links/portal-links-routes.ts';
import { whoAmIRoutes } from '../../lib/api/whoami/whoami-routes.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import type { ApiService } from '../wiring/api-service.ts';
import { openClient } from '../wiring/clients.ts';

/** The version in `package.json`, which the bundler puts in. */
declare const SERVICE_VERSION: string;

/** The settings that operating needs. */
export const OPERATE_SETTINGS = [
  'windowSeconds',
  'auditAfterSeconds',
  'retryQueueUrl',
  'checkQueueUrl',
  'deadLetterUrl',
  'intakeQueueUrl',
  'intakeDeadLetterUrl',
] as const;

type OperateService = ApiService<(typeof OPERATE_SETTINGS)[number]>;

/** Requests about the whole service: its settings, its state, and what was set aside. */
export function routesToOperate(service: OperateService): readonly Route[] {
  const { table, config, clock } = service;
  const healthStore = createHealthStore(table, config);
  const sqs = openClient(SQSClient);
  const ports = {
    ...service,
    ...config,
    directory: createDirectory(table),
    erasures: createErasureStore(table),
    portalLinks: createPortalLinkStore(table),
    auditLog: createAuditLog(table),
    serviceVersion: SERVICE_VERSION,
    outcomes: createOutcomeStore(table, config),
    health: createHealthMonitor({ ...service, health: healthStore }),
    parked: createParkedRecords(table),
    counts: createCountStore(table, config),
    expectations: createExpectationStore(table, config),
    checks: createCheckStore(table),
    healthStore,
    dispatcher: createDispatcher({
      ...service,
      sqs,
      queueUrls: { retry: config.retryQueueUrl, check: config.checkQueueUrl },
      // A check that is due later than a queue can delay is left to the sweep.
      onRefused: (reason) => service.reporter.report({ event: 'schedule_refused', reason }),
    }),
    deadLetterQueues: {
      lanes: createDeadLetterQueue({
        sqs,
        deadLetterUrl: config.deadLetterUrl,
        back: { queue: 'lanes', retry: config.retryQueueUrl, check: config.checkQueueUrl },
        now: clock.now,
      }),
      intake: createDeadLetterQueue({
        sqs,
        deadLetterUrl: config.intakeDeadLetterUrl,
        back: { queue: 'intake', intake: config.intakeQueueUrl },
        now: clock.now,
      }),
    },
  };
  return [
    ...whoAmIRoutes(ports),
    ...deadLettersRoutes(ports),
    ...parkedRoutes(ports),
    ...overviewRoutes(ports),
    ...portalLinkRoutes(ports),
    ...eraseRoutes(ports),
  ];
}
