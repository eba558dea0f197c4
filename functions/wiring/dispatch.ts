import { SQSClient } from '@aws-sdk/client-sqs';
import type { ConfigName } from '../../lib/adapters/config.ts';
import { createHealthStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-health-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { createQueueSender } from '../../lib/adapters/queues/queue-sender.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { openClient } from './clients.ts';
import { openService } from './open-service.ts';

/** What relay, deliver, check and sweep share: the table and the lanes. */
export function openDispatchService<N extends ConfigName = never>(
  functionName: string,
  names: readonly N[] = [],
) {
  const service = openService(functionName, ['firstQueueUrl', 'retryQueueUrl', 'checkQueueUrl', ...names]);
  const { config, table } = service;
  const merchants = createMerchantStore(table);
  const sqs = openClient(SQSClient);
  const queueUrls = {
    first: config.firstQueueUrl,
    retry: config.retryQueueUrl,
    check: config.checkQueueUrl,
  };
  return {
    ...service,
    merchants,
    outcomes: createOutcomeStore(table, config),
    configs: createConfigCache(merchants),
    health: createHealthMonitor({ ...service, health: createHealthStore(table, config) }),
    sqs,
    queueUrls,
    onRefused: (reason: string) => service.reporter.report({ event: 'schedule_refused', reason }),
    dispatcher: createQueueSender({ ...service, sqs, queueUrls }),
  };
}
