import { SQSClient } from '@aws-sdk/client-sqs';
import { parseConfig } from '../../lib/adapters/config.ts';
import { createHealthStore } from '../../lib/adapters/dynamodb/stores/dynamodb-health-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/dynamodb-merchant-store.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/dynamodb-outcome-store.ts';
import { openTable } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { createQueueSender } from '../../lib/adapters/queues/queue-sender.ts';
import { createReporter } from '../../lib/adapters/reporter.ts';
import {
  systemClock as clock,
  systemRandom as random,
  systemTimer as timer,
} from '../../lib/adapters/system.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { clientDefaults } from './clients.ts';

/** What relay, deliver, check and sweep share: the table, and the lanes. */
export function openDispatchService(functionName: string) {
  const config = parseConfig(process.env, [
    'tableName',
    'feedLagSeconds',
    'retentionDays',
    'firstQueueUrl',
    'retryQueueUrl',
    'checkQueueUrl',
  ]);
  const reporter = createReporter(functionName);
  const { tableName: name, feedLagSeconds } = config;
  const table = openTable({ name, feedLagSeconds, clock, reporter });
  const merchants = createMerchantStore(table);
  const sqs = new SQSClient(clientDefaults);
  const queueUrls = {
    first: config.firstQueueUrl,
    retry: config.retryQueueUrl,
    check: config.checkQueueUrl,
  };
  return {
    config,
    table,
    merchants,
    outcomes: createOutcomeStore(table, config),
    configs: createConfigCache(merchants),
    health: createHealthMonitor({ health: createHealthStore(table, config), clock, reporter }),
    reporter,
    sqs,
    clock,
    clockTrust: table.clockCheck,
    timer,
    random,
    queueUrls,
    dispatcher: createQueueSender({ sqs, queueUrls, timer }),
  };
}
