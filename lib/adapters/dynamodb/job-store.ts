import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { JobStore } from '../../core/ports.ts';
import { type Job, jobSchema } from '../../core/redelivery.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { unlessRefused } from './conditions.ts';
import { JOB_SK, jobPk, RUNNING_JOBS_PK, ttlAfter } from './keys.ts';
import { queryAll } from './query-all.ts';

/** A job stands under its id, and beside it in the list of those that run until it is done. */
export function createJobStore(table: Table, options: { readonly retentionDays: number }): JobStore {
  const { documents, name: TableName } = table;
  return {
    async read(merchantId, jobId) {
      const { Item } = await calling('Reading a job', () =>
        documents.send(
          new GetCommand({ TableName, Key: { pk: jobPk(jobId), sk: JOB_SK }, ConsistentRead: true }),
        ),
      );
      const job = Item === undefined ? undefined : jobSchema.parse(Item);
      return job?.merchantId === merchantId ? job : undefined;
    },

    async running() {
      const items = await queryAll(table, 'Listing jobs', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': RUNNING_JOBS_PK },
        ConsistentRead: true,
      });
      return items.map((item) => jobSchema.parse(item));
    },

    async save(job, expectedRev) {
      const listKey = { pk: RUNNING_JOBS_PK, sk: job.jobId };
      const transaction = new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName,
              Item: row(job, { pk: jobPk(job.jobId), sk: JOB_SK }),
              // Invariant: progress is made by one worker at a time; whoever was overtaken stops.
              ...(expectedRev === 0
                ? { ConditionExpression: 'attribute_not_exists(pk)' }
                : {
                    ConditionExpression: 'rev = :rev',
                    ExpressionAttributeValues: { ':rev': expectedRev },
                  }),
            },
          },
          job.state === 'running'
            ? { Put: { TableName, Item: row(job, listKey) } }
            : { Delete: { TableName, Key: listKey } },
        ],
      });
      return calling('Saving a job', () => unlessRefused(() => documents.send(transaction)));
    },
  };

  function row(job: Job, key: { readonly pk: string; readonly sk: string }): Record<string, unknown> {
    return { ...key, ...job, ttl: ttlAfter(table.clock.now(), options.retentionDays) };
  }
}
