import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { parseConfig, s3EndpointOf } from '../lib/adapters/config.ts';
import { createStatementStore } from '../lib/adapters/dynamodb/stores/dynamodb-statement-store.ts';
import { createStatementFiles } from '../lib/adapters/files/statement-files.ts';
import { systemRandom as random } from '../lib/adapters/system.ts';
import { statePartition } from '../lib/core/bookkeeping/make-statements.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { deadlineOf, openBookkeeping, type PartitionShare, reportMark } from './wiring/bookkeeping.ts';
import { uploadDefaults } from './wiring/clients.ts';

const service = openBookkeeping('statement');
const { statementsBucket: bucket } = parseConfig(process.env, ['statementsBucket']);
const ports = {
  ...service,
  ...service.config,
  random,
  statements: createStatementStore(service.table, service.config),
  files: createStatementFiles({
    s3: new S3Client({ ...uploadDefaults, forcePathStyle: s3EndpointOf(process.env) !== undefined }),
    bucket,
  }),
};

/** Every quarter of an hour, a share of the partitions: the days that ended, of every merchant. */
export const handler = middy<PartitionShare>().handler(
  async ({ partitions }: PartitionShare, context: Context) => {
    const deadlineMs = deadlineOf(context);
    const marks = await forEachPartition(
      (partition) => statePartition(ports, { partition, deadlineMs }),
      partitions,
    );
    reportMark(ports, 'stated', marks);
  },
);
