import middy from '@middy/core';
import { createJobStore } from '../lib/adapters/dynamodb/job-store.ts';
import { createNotificationStore } from '../lib/adapters/dynamodb/notification-store.ts';
import { runJob } from '../lib/core/redelivery.ts';
import { PARTITIONS, sweepPartition } from '../lib/core/sweep.ts';
import { openDispatchService } from './wiring/dispatch.ts';

const service = openDispatchService('sweep');
const ports = {
  ...service,
  notifications: createNotificationStore(service.table, service.config),
  jobs: createJobStore(service.table, service.config),
};

/** Every minute: what is due and was not sent, and the redelivery jobs that run. */
export const handler = middy().handler(async () => {
  for (let partition = 0; partition < PARTITIONS; partition += 1) await sweepPartition(ports, partition);
  for (const job of await ports.jobs.running()) await runJob(ports, job);
});
