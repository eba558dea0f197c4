import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createCheckStore } from '../lib/adapters/dynamodb/check-store.ts';
import { createDueIndex } from '../lib/adapters/dynamodb/due-index.ts';
import { createJobStore } from '../lib/adapters/dynamodb/job-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/notification-store.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { runJobs } from '../lib/core/redelivery.ts';
import { sideBySide } from '../lib/core/side-by-side.ts';
import { sweepPartition } from '../lib/core/sweep.ts';
import { deadlineOf } from './wiring/bookkeeping.ts';
import { openDispatchService } from './wiring/dispatch.ts';

const service = openDispatchService('sweep');
const ports = {
  ...service,
  dueIndex: createDueIndex(service.table),
  notifications: createNotificationStore(service.table, service.config),
  checks: createCheckStore(service.table),
  jobs: createJobStore(service.table, service.config),
};

/** Every minute: what is due and was not sent, and the redelivery jobs that run; neither waits for the other. */
export const handler = middy().handler(async (_event: unknown, context: Context) => {
  const deadlineMs = deadlineOf(context);
  const sweep = () => forEachPartition((partition) => sweepPartition(ports, { partition, deadlineMs }));
  const jobs = () => runJobs(ports, deadlineMs);
  await sideBySide<() => Promise<unknown>, unknown>([sweep, jobs], 2, (work) => work());
});
