import * as z from 'zod';
import type { Removed } from '../../../../core/merchants/erasing/erasure.ts';
import { onFirstUse, type Parsed } from '../../../../core/reading/on-first-use.ts';
import { calling } from '../../../aws-faults.ts';
import { QueryCommand, type QueryCommandInput } from '../../documents/document-commands.ts';
import type { Item } from '../../reading-rows.ts';
import type { RowKey } from '../../table/batch-get.ts';
import type { Table } from '../../table/table-client.ts';

/** A place that may hold rows of a merchant: some partitions of the table or of an index. */
export interface RowPlace {
  readonly parts: number;
  /** The query of a part. */
  readonly query: (part: number) => Omit<QueryCommandInput, 'TableName'>;
  /** Deletes what a page of a part names. Returns the number of rows. */
  readonly remove: (page: readonly RowKey[]) => Promise<number>;
  readonly table: Table;
}

/** Parts without rows that one step passes by. */
const MAX_PARTS = 16;

/** The cursor as text: a part, and the row after which to go on. */
const cursorSchema = onFirstUse(() =>
  z.object({
    part: z.int().nonnegative(),
    key: z.record(z.string(), z.unknown()).exactOptional(),
  }),
);
type Position = Parsed<typeof cursorSchema>;

/** Deletes what the next page names that holds anything. */
export async function nextOf(place: RowPlace, cursor: string | undefined): Promise<Removed> {
  let at: Position = cursor === undefined ? { part: 0 } : cursorSchema().parse(JSON.parse(cursor));
  for (let visited = 0; visited < MAX_PARTS && at.part < place.parts; visited += 1) {
    const { Items = [], LastEvaluatedKey: key } = await pageAt(place, at);
    const count = await place.remove(Items.map(keyOf));
    at = key === undefined ? { part: at.part + 1 } : { part: at.part, key };
    if (count > 0) return { count, ...cursorOf(place, at) };
  }
  return { count: 0, ...cursorOf(place, at) };
}

function pageAt({ table, query }: RowPlace, { part, key }: Position) {
  const { documents, name: TableName } = table;
  const input = query(part);
  const command = new QueryCommand({ TableName, ...input, ExclusiveStartKey: keyWithin(input, key) });
  return calling('Finding the rows of a merchant', () => documents.send(command));
}

/**
 * A part that is counted in days is another partition after midnight. The table refuses a key of the former one, today and
 * at each later run, so such a part begins anew.
 */
function keyWithin(
  { ExpressionAttributeValues }: Omit<QueryCommandInput, 'TableName'>,
  key: Position['key'],
) {
  const isWithin = key !== undefined && Object.values(key).includes(ExpressionAttributeValues?.[':pk']);
  return isWithin ? key : undefined;
}

const keyOf = ({ pk, sk }: Item): RowKey => ({ pk: String(pk), sk: String(sk) });

function cursorOf({ parts }: RowPlace, at: Position): { readonly cursor?: string } {
  return at.part < parts ? { cursor: JSON.stringify(at) } : {};
}
