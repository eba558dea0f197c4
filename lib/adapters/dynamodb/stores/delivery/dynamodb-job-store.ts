import * as z from 'zod';
import type { JobStore } from '../../../../core/deliver/redelivery/job-store.ts';
import {
  isActive,
  type Job,
  jobOrder,
  jobSchema,
} from '../../../../core/deliver/redelivery/redelivery-job.ts';
import { isUnreadable } from '../../../../core/faults.ts';
import type { AuditEntry } from '../../../../core/merchants/audit-log/audit-entry.ts';
import { onFirstUse, type Parsed } from '../../../../core/reading/on-first-use.ts';
import { storedMerchantId } from '../../../../core/reading/stored.ts';
import { ttlAfter } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '../../documents/document-commands.ts';
import { auditPut } from '../../items/audit-items.ts';
import { JOB_SK, jobListPk, jobPk, RUNNING_JOBS_PK, runningJobSk } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';

const runningSchema = onFirstUse(() => z.object({ merchantId: storedMerchantId(), jobId: z.string() }));

/**
 * A job's row is stored by its id. A row in the list of its merchant's jobs names it. Until it ends, it also holds one of its
 * merchant's places in the list of running jobs.
 */
export function createJobStore(table: Table, options: { readonly retentionDays: number }): JobStore {
  const { documents, name: TableName } = table;

  /** An unreadable job is reported and does not stop the jobs of other merchants. */
  function runningJob(item: Item): Parsed<typeof runningSchema> | undefined {
    try {
      return readItem(table, item, { kind: 'a running job', read: (one) => runningSchema().parse(one) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return undefined;
    }
  }

  async function rowOf(jobId: string): Promise<Item | undefined> {
    const { Item } = await calling('Reading a job', () =>
      documents.send(
        new GetCommand({ TableName, Key: { pk: jobPk(jobId), sk: JOB_SK }, ConsistentRead: true }),
      ),
    );
    return Item;
  }

  return {
    async read(merchantId, jobId) {
      const Item = await rowOf(jobId);
      const job = Item && readItem(table, Item, { kind: 'a job', read: (item) => jobSchema().parse(item) });
      return job?.merchantId === merchantId ? job : undefined;
    },

    isTaken: async (jobId) => (await rowOf(jobId)) !== undefined,

    async running() {
      const items = await queryAll(table, 'Listing jobs', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': RUNNING_JOBS_PK },
        ConsistentRead: true,
      });
      return items.flatMap((item) => runningJob(item) ?? []);
    },

    async list({ merchantId, before, limit }) {
      const { Items = [] } = await calling("Listing a merchant's jobs", () =>
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
            ExpressionAttributeValues: {
              ':pk': jobListPk(merchantId),
              ...(before !== undefined && { ':before': before }),
            },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit,
          }),
        ),
      );
      return Items.map(({ sk }) => String(sk));
    },

    save: (job, expectedRev, entry) =>
      calling('Saving a job', () =>
        conditionalWrite(async () => {
          const ttl = ttlAfter(table.clock.now(), options.retentionDays);
          const command = commandFor({ TableName, Item: jobRow(job, ttl) }, { job, expectedRev, entry, ttl });
          if (command instanceof PutCommand) await documents.send(command);
          else await documents.send(command);
        }),
      ),
  };
}

function jobRow(job: Job, ttl: number): Record<string, unknown> {
  return { pk: jobPk(job.jobId), sk: JOB_SK, ...job, ttl };
}

interface RowWrite {
  readonly TableName: string;
  readonly Item: Record<string, unknown>;
}

interface JobWrite {
  readonly job: Job;
  readonly expectedRev: number;
  readonly entry: AuditEntry | undefined;
  readonly ttl: number;
}

function commandFor(row: RowWrite, write: JobWrite): PutCommand | TransactWriteCommand {
  const { job, expectedRev, entry, ttl } = write;
  const { TableName } = row;
  const { merchantId, jobId } = job;
  // Invariant: one worker makes progress at a time. A worker that was overtaken stops.
  const Put = { ...row, ...unchangedSince('rev', expectedRev === 0 ? undefined : expectedRev) };
  const placeKey = { pk: RUNNING_JOBS_PK, sk: runningJobSk(job) };
  const freed = { Delete: { TableName, Key: placeKey } };
  if (expectedRev > 0) {
    return isActive(job)
      ? new PutCommand(Put)
      : new TransactWriteCommand({ TransactItems: [{ Put }, freed] });
  }
  const listed = { pk: jobListPk(merchantId), sk: jobOrder(job), jobId, ttl };
  // Invariant: one job holds a place at a time, so a merchant never runs more jobs than it has places.
  const place = {
    TableName,
    Item: { ...placeKey, merchantId, jobId },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  return new TransactWriteCommand({
    TransactItems: [
      { Put },
      { Put: { TableName, Item: listed } },
      ...(isActive(job) ? [{ Put: place }] : []),
      ...auditPut(TableName, entry),
    ],
  });
}
