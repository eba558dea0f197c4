import type { TransactionReader } from '../../../../core/deliver/state/transaction-reader.ts';
import { isUnreadable } from '../../../../core/faults.ts';
import type { OutcomeStore } from '../../../../core/record/outcome-store.ts';
import { checkSchema } from '../../../../core/record/pending-check.ts';
import { OUTCOMES_PREFIX, outcomeSk, transactionPk } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand } from '../../documents/document-commands.ts';
import { CHECK_SK } from '../../items/item-keys.ts';
import { notificationFromItem } from '../../items/notification-items.ts';
import { outcomeFromItem } from '../../items/outcome-items.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import type { RowKey } from '../../table/batch-get.ts';
import { createJoinedReads } from '../../table/joined-reads.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';
import { idsByReference } from './reference-reads.ts';

type OutcomeReads = Pick<OutcomeStore, 'read' | 'versions' | 'idsByReference'> & TransactionReader;

/** How single outcomes are read. */
export interface OutcomeReadOptions {
  /** Reads of the same turn share a request, `BatchGetItem`, which needs a permission of its own. Default: false. */
  readonly joinsReads?: boolean;
}

export function createOutcomeReads(table: Table, options: OutcomeReadOptions = {}): OutcomeReads {
  const { documents, name: TableName } = table;
  const readOutcomeItem = (item: Item) =>
    readItem(table, item, { kind: 'an outcome', read: outcomeFromItem });
  const readNotificationItem = (item: Item) =>
    readItem(table, item, { kind: 'a notification', read: notificationFromItem });
  /** A broken check hides neither outcomes nor notifications. */
  const readCheck = (item: Item | undefined) => {
    try {
      return item && readItem(table, item, { kind: 'a check', read: (one) => checkSchema().parse(one) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return undefined;
    }
  };

  const readOne = async (Key: RowKey, ConsistentRead: boolean): Promise<Item | undefined> => {
    const get = new GetCommand({ TableName, Key, ConsistentRead });
    return (await calling('Reading an outcome', () => documents.send(get))).Item;
  };
  const readJoined = createJoinedReads(table, 'Reading outcomes');
  const readCheaply = (row: RowKey) => (options.joinsReads ? readJoined(row) : readOne(row, false));

  return {
    async read(key) {
      const row = { pk: transactionPk(key), sk: outcomeSk(key.version) };
      // Outcomes never change, so an eventually consistent read that finds one is correct.
      const item = (await readCheaply(row)) ?? (await readOne(row, true));
      return item && readOutcomeItem(item);
    },

    async versions(key) {
      const items = await queryAll(table, 'Reading a transaction', {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :versions)',
        ExpressionAttributeValues: { ':pk': transactionPk(key), ':versions': OUTCOMES_PREFIX },
        ConsistentRead: true,
      });
      return items.map(readOutcomeItem);
    },

    async transaction(key) {
      const items = await queryAll(table, 'Reading a transaction', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': transactionPk(key) },
        ConsistentRead: true,
      });
      const kind = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix));
      const check = readCheck(items.find(({ sk }) => sk === CHECK_SK));
      return {
        ...(check !== undefined && { check }),
        outcomes: kind('V#').map(readOutcomeItem),
        notifications: kind('N#').map(readNotificationItem),
      };
    },

    idsByReference: (asked) => idsByReference(table, asked),
  };
}
