import { type Window, windowSchema } from '../../../../core/feed/window.ts';
import type { WindowStore } from '../../../../core/feed/window-store.ts';
import { ttlAfter } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import {
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  TransactWriteCommand,
} from '../../documents/document-commands.ts';
import { bucketAttributes, bucketsFromItem } from '../../items/bucket-items.ts';
import { bucketsSk, windowPk } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

export function createWindowStore(table: Table, options: { readonly retentionDays: number }): WindowStore {
  const { documents, name: TableName } = table;
  const readWindow = (item: Item) =>
    readItem(table, item, { kind: 'a window', read: (one) => windowSchema().parse(one) });
  const get = async (pk: string, sk: string) => {
    const { Item } = await calling('Reading a window', () =>
      documents.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true })),
    );
    return Item;
  };
  const put = async (window: Window, expectedRevision: number | undefined) => {
    const ttl = ttlAfter(table.clock.now(), options.retentionDays);
    const [own, ...others] = windowPuts(TableName, window, { ttl, expectedRevision });
    return calling('Saving a window', () =>
      conditionalWrite(async () => {
        if (others.length === 0) await documents.send(new PutCommand(own));
        else await documents.send(transactionOf([own, ...others]));
      }),
    );
  };
  return {
    async read(merchantId, start) {
      const item = await get(windowPk(merchantId), start);
      return item && readWindow(item);
    },

    async buckets({ merchantId, start, revision }) {
      const item = await get(windowPk(merchantId), bucketsSk(start));
      if (item === undefined) return undefined;
      const kept = readItem(table, item, { kind: 'buckets', read: bucketsFromItem });
      // A revision without buckets leaves the buckets of the previous revision in the table.
      return kept.revision === revision ? kept.buckets : undefined;
    },

    async page({ merchantId, from, to, limit, cursor }) {
      // An empty range is valid here, but BETWEEN rejects a range that ends before it begins.
      if (from >= to) return { windows: [] };
      const { Items = [], LastEvaluatedKey } = await calling('Reading windows', () =>
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
            ExpressionAttributeValues: { ':pk': windowPk(merchantId), ':from': from, ':to': to },
            ConsistentRead: true,
            Limit: limit,
            ExclusiveStartKey: cursor === undefined ? undefined : JSON.parse(cursor),
          }),
        ),
      );
      const windows = Items.map(readWindow).filter(({ start }) => start < to);
      return {
        windows,
        ...(LastEvaluatedKey !== undefined && { cursor: JSON.stringify(LastEvaluatedKey) }),
      };
    },

    // Invariant: a closed window stays. Only the audit replaces it, and raises the revision.
    putIfAbsent: (window) => put(window, undefined),
    revise: (window, expectedRevision) => put(window, expectedRevision),
  };
}

interface WindowWrite {
  readonly ttl: number;
  /** The revision of the window to replace; undefined if none may exist. */
  readonly expectedRevision: number | undefined;
}

/** The puts for the window, and for its buckets if it has any. */
function windowPuts(
  TableName: string,
  { buckets, ...window }: Window,
  { ttl, expectedRevision }: WindowWrite,
): readonly [PutCommandInput, ...PutCommandInput[]] {
  const pk = windowPk(window.merchantId);
  const item = { pk, sk: window.start, ...window, ttl };
  const own = { TableName, Item: item, ...unchangedSince('revision', expectedRevision) };
  if (buckets === undefined) return [own];
  const { revision } = window;
  const row = { pk, sk: bucketsSk(window.start), revision, ...bucketAttributes(buckets), ttl };
  return [own, { TableName, Item: row }];
}

/** Invariant: a window and its buckets come from the same rows. They are written together or not at all. */
function transactionOf(puts: readonly PutCommandInput[]): TransactWriteCommand {
  return new TransactWriteCommand({
    TransactItems: puts.map(({ TableName, Item, ...condition }) => ({
      Put: { TableName, Item, ...condition },
    })),
  });
}
