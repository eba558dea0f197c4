import { s3EndpointOf } from '../lib/adapters/config.ts';
import { createDueIndex } from '../lib/adapters/dynamodb/dynamodb-due-index.ts';
import { createCheckStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { createJobStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-job-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createSlotStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-slot-store.ts';
import { createErasureStore } from '../lib/adapters/dynamodb/stores/erasing/dynamodb-erasure-store.ts';
import { createMerchantRows } from '../lib/adapters/dynamodb/stores/erasing/dynamodb-merchant-rows.ts';
import { createFeedStore } from '../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { createDirectory } from '../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createStatementRemoval } from '../lib/adapters/files/statement-removal.ts';
import { runJobs } from '../lib/core/deliver/redelivery/run-jobs.ts';
import { sweepAll } from '../lib/core/deliver/sweep.ts';
import { runErasures } from '../lib/core/merchants/erasing/run-erasures.ts';
import { runTogether } from '../lib/protocol/runtime/bounded-map.ts';
import { openDispatchService } from './wiring/dispatch.ts';
import { serveSchedule } from './wiring/serve-schedule.ts';

const service = openDispatchService('sweep', ['statementsBucket', 'statementsHost']);
const ports = {
  ...service,
  ...service.config,
  dueIndex: createDueIndex(service.table),
  notifications: createNotificationStore(service.table, service.config),
  checks: createCheckStore(service.table),
  slots: createSlotStore(service.table),
  jobs: createJobStore(service.table, service.config),
  feed: createFeedStore(service.table, service.reporter),
  directory: createDirectory(service.table),
  erasures: createErasureStore(service.table),
  rows: createMerchantRows(service.table, service.config),
  merchantFiles: createStatementRemoval({
    signer: service.table.documents.config,
    bucket: service.config.statementsBucket,
    host: service.config.statementsHost,
    endpointUrl: s3EndpointOf(process.env),
  }),
};

/** Runs every minute, side by side: sends what is due but was not sent, runs redelivery jobs, deletes erased merchants' rows. */
export const handler = serveSchedule(async (deadlineMs) => {
  await runTogether([
    () => sweepAll(ports, deadlineMs),
    () => runJobs(ports, deadlineMs),
    () => runErasures(ports, deadlineMs),
  ]);
});
