import middy from '@middy/core';
import { createJobStore } from '../lib/adapters/dynamodb/job-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/notification-store.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { runJob } from '../lib/core/redelivery.ts';
import { sweepPartition } from '../lib/core/sweep.ts';
import { openDispatchService } from './wiring/dispatch.ts';

const service = openDispatchService('sweep');
const ports = {
  ...service,
  notifications: createNotificationStore(service.table, service.config),
  jobs: createJobStore(service.table, service.config),
};

/** Every minute: what is due and was not sent, and the redelivery jobs that run. */
export const handler = middy().handler(async () => {
  await forEachPartition((partition) => sweepPartition(ports, partition));
  for (const job of await ports.jobs.running()) await runJob(ports, job);
});
