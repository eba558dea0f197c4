import { calling } from '../../aws-faults.ts';
import { GetCommand } from '../documents/document-commands.ts';
import type { Item } from '../reading-rows.ts';
import { batchGet, type RowKey } from './batch-get.ts';
import type { Table } from './table-client.ts';

/** A caller that waits for a row. */
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
 * @throws Fault if the table cannot be read. Then every read of that turn fails
 */
export function createJoinedReads(table: Table, what: string): (key: RowKey) => Promise<Item | undefined> {
  let waiting: WaitingRead[] = [];

  async function readAll(keys: readonly RowKey[]): Promise<readonly (Item | 'unanswered' | undefined)[]> {
    const [only, ...others] = keys;
    if (only === undefined || others.length > 0) return await batchGet(table, what, keys);
    const get = new GetCommand({ TableName: table.name, Key: only, ConsistentRead: false });
    return [(await calling(what, () => table.documents.send(get))).Item];
  }

  async function sendAll(): Promise<void> {
    const reads = waiting;
    waiting = [];
    try {
      const items = await readAll(reads.map(({ key }) => key));
      for (const [place, { resolve }] of reads.entries()) {
        const item = items[place];
        resolve(item === 'unanswered' ? undefined : item);
      }
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      // Runs when the turn's other work, such as the other messages of a batch, has come as far as its own read.
      if (waiting.length === 0) process.nextTick(sendAll);
      waiting.push({ key, resolve, reject });
    });
}
