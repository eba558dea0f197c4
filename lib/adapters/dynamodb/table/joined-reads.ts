import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { calling } from '../../aws-faults.ts';
import type { Item } from '../reading-rows.ts';
import type { Table } from './table-client.ts';

export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

/** Maximum number of keys in one BatchGetItem. */
const MAX_KEYS = 100;
/** Concurrent requests of one turn. */
const CONCURRENCY = 10;

/** The callers that wait for one row. */
interface WaitingRead {
  readonly key: RowKey;
  readonly resolve: (item: Item | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Eventually consistent reads of single rows. Reads that are asked for in the same turn of the event loop share one
 * request, as the messages of a queue's batch do. Reads of the same row share it too. A row that a request of several
 * keys leaves out, because it is not there or because the table was busy, is `undefined`.
 *
 * @throws Fault if the table cannot be read. Then every read of the request fails
 */
export function createJoinedReads(table: Table, what: string): (key: RowKey) => Promise<Item | undefined> {
  let waiting: WaitingRead[] = [];

  async function sendAll(): Promise<void> {
    const reads = [...Map.groupBy(waiting, ({ key }) => nameOf(key)).values()];
    waiting = [];
    const requests = Array.from({ length: Math.ceil(reads.length / MAX_KEYS) }, (_, index) =>
      reads.slice(index * MAX_KEYS, (index + 1) * MAX_KEYS),
    );
    await boundedMap(requests, CONCURRENCY, (request) => settle(table, what, request));
  }

  return (key) =>
    new Promise((resolve, reject) => {
      // Runs when the turn's other work, such as the other messages of a batch, has come as far as its own read.
      if (waiting.length === 0) process.nextTick(sendAll);
      waiting.push({ key, resolve, reject });
    });
}

/** Makes one request, and gives each read its row. @param reads by row */
async function settle(table: Table, what: string, reads: readonly (readonly WaitingRead[])[]): Promise<void> {
  try {
    const keys = reads.flatMap(([first]) => (first === undefined ? [] : [first.key]));
    const items = await calling(what, () => itemsOf(table, keys));
    for (const { key, resolve } of reads.flat()) resolve(items.get(nameOf(key)));
  } catch (error) {
    for (const { reject } of reads.flat()) reject(error);
  }
}

async function itemsOf(
  { documents, name }: Table,
  keys: readonly RowKey[],
): Promise<ReadonlyMap<string, Item>> {
  const [only, ...others] = keys;
  if (only !== undefined && others.length === 0) {
    const { Item } = await documents.send(
      new GetCommand({ TableName: name, Key: only, ConsistentRead: false }),
    );
    return byName(Item === undefined ? [] : [Item]);
  }
  const { Responses } = await documents.send(
    new BatchGetCommand({ RequestItems: { [name]: { Keys: [...keys] } } }),
  );
  return byName(Responses?.[name] ?? []);
}

function byName(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [nameOf({ pk: String(item.pk), sk: String(item.sk) }), item]));
}

/** No key contains a line break. */
const nameOf = ({ pk, sk }: RowKey) => `${pk}\n${sk}`;
