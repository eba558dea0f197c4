import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { WindowStore } from '../../core/ports.ts';
import { type Window, windowSchema } from '../../core/windows.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { unlessRefused } from './conditions.ts';
import { ttlAfter, windowPk } from './keys.ts';

export function createWindowStore(table: Table, options: { readonly retentionDays: number }): WindowStore {
  const { documents, name: TableName } = table;
  const put = (window: Window, condition: object) =>
    calling('Saving a window', () =>
      unlessRefused(() =>
        documents.send(
          new PutCommand({
            TableName,
            Item: {
              pk: windowPk(window.merchantId),
              sk: window.start,
              ...window,
              ttl: ttlAfter(table.clock.now(), options.retentionDays),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
            ...condition,
          }),
        ),
      ),
    );
  return {
    async read(merchantId, start) {
      const { Item } = await calling('Reading a window', () =>
        documents.send(
          new GetCommand({ TableName, Key: { pk: windowPk(merchantId), sk: start }, ConsistentRead: true }),
        ),
      );
      return Item === undefined ? undefined : windowSchema.parse(Item);
    },
    // Invariant: what was closed stands; only the audit replaces it, and raises the revision.
    putIfAbsent: (window) => put(window, {}),
    revise: (window, expectedRevision) =>
      put(
        window,
        expectedRevision === undefined
          ? {}
          : {
              ConditionExpression: 'revision = :seen',
              ExpressionAttributeValues: { ':seen': expectedRevision },
            },
      ),
  };
}
