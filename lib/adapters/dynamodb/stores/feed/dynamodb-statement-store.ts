import { statementSchema } from '../../../../core/bookkeeping/statements/statement.ts';
import type { StatementStore } from '../../../../core/bookkeeping/statements/statement-store.ts';
import { ttlAfter } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, PutCommand, QueryCommand } from '../../documents/document-commands.ts';
import { statementPk } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

export function createStatementStore(
  table: Table,
  options: { readonly retentionDays: number },
): StatementStore {
  const { documents, name: TableName } = table;
  const readStatement = (item: Item) =>
    readItem(table, item, { kind: 'a statement', read: (one) => statementSchema().parse(one) });
  return {
    async read(merchantId, date) {
      const { Item } = await calling('Reading a statement', () =>
        documents.send(
          new GetCommand({ TableName, Key: { pk: statementPk(merchantId), sk: date }, ConsistentRead: true }),
        ),
      );
      return Item && readStatement(Item);
    },

    async newest(merchantId, limit) {
      // Statements have a few hundred bytes each, so every requested number fits on one page.
      const { Items = [] } = await calling('Reading statements', () =>
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': statementPk(merchantId) },
            ConsistentRead: true,
            ScanIndexForward: false,
            Limit: limit,
          }),
        ),
      );
      return Items.map(readStatement);
    },

    save: (statement, expectedRevision) =>
      calling('Saving a statement', () =>
        conditionalWrite(() =>
          documents.send(
            new PutCommand({
              TableName,
              Item: {
                pk: statementPk(statement.merchantId),
                sk: statement.date,
                ...statement,
                ttl: ttlAfter(table.clock.now(), options.retentionDays),
              },
              // Invariant: a day's statement stays until one of its windows is revised. A second writer changes nothing.
              ...unchangedSince('revision', expectedRevision),
            }),
          ),
        ),
      ),
  };
}
