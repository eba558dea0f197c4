import { auditEntrySchema } from '../../../../core/merchants/audit-log/audit-entry.ts';
import type { AuditWriter } from '../../../../core/merchants/audit-log/audit-trail.ts';
import type { AuditLog } from '../../../../core/query/audit-log.ts';
import { calling } from '../../../aws-faults.ts';
import { PutCommand, QueryCommand } from '../../documents/document-commands.ts';
import { auditItem } from '../../items/audit-items.ts';
import { auditLogPk } from '../../items/item-keys.ts';
import { readItem } from '../../reading-rows.ts';
import type { Table } from '../../table/table-client.ts';

export function createAuditLog(table: Table): AuditLog & AuditWriter {
  return {
    async append(entry) {
      await calling('Writing to the audit log', () =>
        table.documents.send(new PutCommand({ TableName: table.name, Item: auditItem(entry) })),
      );
    },

    async entries({ owner, month, from, before, limit }) {
      const { Items = [] } = await calling('Reading the audit log', () =>
        table.documents.send(
          new QueryCommand({
            TableName: table.name,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :before',
            ExpressionAttributeValues: {
              ':pk': auditLogPk(owner, month),
              ':from': from,
              ':before': before,
            },
            ScanIndexForward: false,
            ConsistentRead: true,
            // `before` is exclusive, and an entry may be there.
            Limit: limit + 1,
          }),
        ),
      );
      const read = (item: Readonly<Record<string, unknown>>) => auditEntrySchema().parse(item);
      return Items.filter(({ sk }) => sk !== before)
        .slice(0, limit)
        .map((item) => readItem(table, item, { kind: 'an entry of the audit log', read }));
    },
  };
}
