import { Fault } from '../../../core/faults.ts';
import { calling } from '../../aws-faults.ts';
import { QueryCommand, type QueryCommandInput } from '../documents/document-commands.ts';
import type { Table } from './table-client.ts';

/** Maximum number of pages of 1 MB read from one partition. The partitions read here are much smaller. */
const MAX_PAGES = 16;

/** Every item of a small partition. */
export async function queryAll(
  table: Table,
  what: string,
  query: Omit<QueryCommandInput, 'TableName'>,
): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await calling(what, () =>
      table.documents.send(new QueryCommand({ ...query, TableName: table.name, ExclusiveStartKey })),
    );
    items.push(...(answer.Items ?? []));
    ExclusiveStartKey = answer.LastEvaluatedKey;
    if (ExclusiveStartKey === undefined) return items;
  }
  throw new Fault({ code: 'too_much', message: `${what}: more than ${MAX_PAGES} pages.`, retryable: false });
}
