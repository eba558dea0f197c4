import { SQSClient } from '@aws-sdk/client-sqs';
import { createParking } from '../../lib/adapters/dynamodb/dynamodb-parking.ts';
import { createParkedRecords } from '../../lib/adapters/dynamodb/parked-records.ts';
import { createHealthStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-health-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { openTable } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { createDispatcher } from '../../lib/adapters/queues/lane-dispatcher.ts';
import { systemClock as clock, systemTimer as timer } from '../../lib/adapters/system.ts';
import { putBack } from '../../lib/core/deliver/aside/put-back.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import type { Outputs } from '../operating/deployment.ts';
import type { ParkedTools } from './parked-command.ts';

/**
 * Wires the relay as its function does, but reports to a terminal instead of a log. A check that is due later than a
 * queue can delay is left to the sweep, as in the function.
 *
 * @param note receives the lines that the service would log
 */
export function openParkedTools(
  outputs: Outputs,
  note: (line: string) => void,
): Pick<ParkedTools, 'parked' | 'putBack'> {
  const { TableName: name, FeedLagSeconds: feedLagSeconds, RetentionDays: retentionDays } = outputs;
  const reporter = {
    report: (event: { readonly event: string }) => {
      if (event.event !== 'relayed') note(JSON.stringify(event));
    },
  };
  const table = openTable({ name, feedLagSeconds, clock, reporter });
  const settings = { retentionDays };
  const parked = createParkedRecords(table);
  const ports = {
    parked,
    outcomes: createOutcomeStore(table, settings),
    configs: createConfigCache(createMerchantStore(table)),
    health: createHealthMonitor({ health: createHealthStore(table, settings), clock, reporter }),
    parking: createParking(table, settings),
    dispatcher: createDispatcher({
      sqs: new SQSClient({}),
      queueUrls: {
        first: outputs.FirstQueueUrl,
        retry: outputs.RetryQueueUrl,
        check: outputs.CheckQueueUrl,
      },
      timer,
      clock,
      onRefused: () => note('A check is due later than a queue can delay. The sweep will send it.'),
    }),
    clock,
    clockTrust: table.clockCheck,
    reporter,
  };
  return { parked, putBack: (record) => putBack(ports, record) };
}
