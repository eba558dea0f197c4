import { createDueIndex } from '../lib/adapters/dynamodb/dynamodb-due-index.ts';
import { createCheckStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { createJobStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-job-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createSlotStore } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-slot-store.ts';
import { createFeedStore } from '../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { runJobs } from '../lib/core/deliver/redelivery/run-jobs.ts';
import { sweepAll } from '../lib/core/deliver/sweep.ts';
import { runTogether } from '../lib/protocol/runtime/bounded-map.ts';
import { openDispatchService } from './wiring/dispatch.ts';
import { serveSchedule } from './wiring/serve-schedule.ts';

const service = openDispatchService('sweep');
const ports = {
  ...service,
  dueIndex: createDueIndex(service.table),
  notifications: createNotificationStore(service.table, service.config),
  checks: createCheckStore(service.table),
  slots: createSlotStore(service.table),
  jobs: createJobStore(service.table, service.config),
  feed: createFeedStore(service.table, service.reporter),
};

/** Runs every minute: sends what is due but was not sent, and runs redelivery jobs. Both run in parallel. */
export const handler = serveSchedule(async (deadlineMs) => {
  await runTogether([() => sweepAll(ports, deadlineMs), () => runJobs(ports, deadlineMs)]);
});
