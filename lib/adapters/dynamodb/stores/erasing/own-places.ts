import { tallyInAlertId } from '../../../../core/deliver/alerts/alert.ts';
import type { MerchantId } from '../../../../core/model.ts';
import { boundedMap } from '../../../../protocol/runtime/bounded-map.ts';
import { countsPk } from '../../items/count-items.ts';
import {
  alertsPk,
  JOB_SK,
  jobListPk,
  jobPk,
  RUNNING_JOBS_PK,
  repeatsPk,
  statementPk,
  windowPk,
} from '../../items/item-keys.ts';
import type { RowKey } from '../../table/batch-get.ts';
import { deleteRows } from '../../table/delete-rows.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';
import type { RowPlace } from './walking-places.ts';

/** Rows of a partition per step. */
const ROWS = 500;
/** Partitions of repeats that are read side by side. */
const CONCURRENCY = 8;

/** Partitions that hold one merchant's rows and no others. */
export function ownPlaces(
  table: Table,
  merchantId: MerchantId,
): Readonly<Record<'windows' | 'counts' | 'alerts' | 'jobs' | 'statements', RowPlace>> {
  const partition = (
    pk: string,
    remove: RowPlace['remove'] = (page) => deleteRows(table, page),
  ): RowPlace => ({
    table,
    parts: 1,
    query: () => whole(pk),
    remove,
  });
  return {
    windows: partition(windowPk(merchantId)),
    counts: partition(countsPk(merchantId)),
    alerts: partition(alertsPk(merchantId), (page) => deleteAlerts(table, merchantId, page)),
    jobs: jobsPlace(table, merchantId),
    statements: partition(statementPk(merchantId)),
  };
}

const whole = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': pk },
  ProjectionExpression: 'pk, sk',
  ConsistentRead: true,
  Limit: ROWS,
});

/** The repeats of an alert are found by its id, so they are deleted before it. */
async function deleteAlerts(table: Table, merchantId: MerchantId, page: readonly RowKey[]): Promise<number> {
  const tallies = page.flatMap(({ sk }) => tallyInAlertId(sk) ?? []);
  const repeats = await boundedMap(tallies, CONCURRENCY, (tally) =>
    queryAll(table, 'Reading repeats of an alert', {
      ...whole(repeatsPk(merchantId, tally)),
      Limit: undefined,
    }),
  );
  const keys = repeats.flat().map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
  return (await deleteRows(table, keys)) + (await deleteRows(table, page));
}

/** First the jobs in the list of this merchant's, then its places among those that run. */
function jobsPlace(table: Table, merchantId: MerchantId): RowPlace {
  return {
    table,
    parts: 2,
    query: (part) => (part === 0 ? whole(jobListPk(merchantId)) : runningJobs(merchantId)),
    remove: async (page) => {
      const listed = page.filter(({ pk }) => pk === jobListPk(merchantId));
      // The position in the list ends with the job's id. The list names the job, so it is deleted after it.
      const jobs = listed.map(({ sk }) => ({ pk: jobPk(sk.slice(sk.lastIndexOf('#') + 1)), sk: JOB_SK }));
      return (await deleteRows(table, jobs)) + (await deleteRows(table, page));
    },
  };
}

function runningJobs(merchantId: MerchantId) {
  return {
    ...whole(RUNNING_JOBS_PK),
    // The character after the separator ends the range of this merchant.
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': RUNNING_JOBS_PK,
      ':from': `${merchantId}#`,
      ':to': `${merchantId}$`,
    },
  };
}
