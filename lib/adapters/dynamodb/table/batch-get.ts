import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { calling } from '../../aws-faults.ts';
import { BatchGetCommand } from '../documents/document-commands.ts';
import type { Item } from '../reading-rows.ts';
import type { Table } from './table-client.ts';

export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

interface Consistency {
  readonly ConsistentRead?: boolean;
}

interface Batch {
  readonly batch: readonly RowKey[];
  readonly consistency: Consistency;
}

/** Maximum number of keys in one request. */
const BATCH = 100;
/** Requests made concurrently. */
const CONCURRENCY = 8;

/**
 * Reads many items in the order of the keys. A key may occur twice.
 *
 * @param consistency default: eventually consistent, which costs half
 * @returns each item; undefined where there is none; `unanswered` where the table took too few of the keys
 */
export async function batchGet(
  table: Table,
  what: string,
  keys: readonly RowKey[],
  consistency: Consistency = {},
): Promise<readonly (Item | 'unanswered' | undefined)[]> {
  // The table refuses a request that names a key twice.
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const batches = Array.from({ length: Math.ceil(distinct.length / BATCH) }, (_, place) =>
    distinct.slice(place * BATCH, (place + 1) * BATCH),
  );
  const answers = await boundedMap(batches, CONCURRENCY, (batch) =>
    readBatch(table, what, { batch, consistency }),
  );
  const found = new Map(answers.flat());
  return keys.map((key) => found.get(nameOf(key)));
}

async function readBatch(
  { documents, name }: Table,
  what: string,
  { batch, consistency }: Batch,
): Promise<readonly (readonly [string, Item | 'unanswered'])[]> {
  const Keys = batch.map(({ pk, sk }) => ({ pk, sk }));
  const { Responses, UnprocessedKeys } = await calling(what, () =>
    documents.send(new BatchGetCommand({ RequestItems: { [name]: { Keys, ...consistency } } })),
  );
  const items = Responses?.[name] ?? [];
  const left = UnprocessedKeys?.[name]?.Keys ?? [];
  return [
    ...items.map((item) => [nameOf(item), item] as const),
    ...left.map((key) => [nameOf(key), 'unanswered'] as const),
  ];
}

/** No key contains a line break. */
const nameOf = ({ pk, sk }: Item | RowKey) => `${pk}\n${sk}`;
