import { S3Client } from '@aws-sdk/client-s3';
import { s3EndpointOf } from '../lib/adapters/config.ts';
import { createAlertPuts } from '../lib/adapters/dynamodb/stores/delivery/dynamodb-alert-puts.ts';
import { createStatementStore } from '../lib/adapters/dynamodb/stores/feed/dynamodb-statement-store.ts';
import { createStatementFiles } from '../lib/adapters/files/statement-files.ts';
import { statePartitions } from '../lib/core/bookkeeping/statements/make-statements.ts';
import { openBookkeeping, reportMark } from './wiring/bookkeeping.ts';
import { uploadDefaults } from './wiring/clients.ts';
import { type PartitionShare, serveSchedule } from './wiring/serve-schedule.ts';

const service = openBookkeeping('statement', ['statementsBucket']);
const ports = {
  ...service,
  alerts: createAlertPuts(service.table, service.config),
  statements: createStatementStore(service.table, service.config),
  files: createStatementFiles({
    s3: new S3Client({ ...uploadDefaults, forcePathStyle: s3EndpointOf(process.env) !== undefined }),
    bucket: service.config.statementsBucket,
  }),
};

/** Runs every 15 minutes for a share of the partitions: makes every merchant's statement of each day that has ended. */
export const handler = serveSchedule<PartitionShare>(async (deadlineMs, { partitions }) => {
  reportMark(ports, 'stated', await statePartitions(ports, { partitions, deadlineMs }));
});
