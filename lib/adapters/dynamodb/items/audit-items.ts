import type { AuditEntry } from '../../../core/merchants/audit-log/audit-entry.ts';
import { AUDIT_LOG_DAYS, auditOrder, monthOf } from '../../../core/merchants/audit-log/audit-trail.ts';
import { ttlAfter } from '../../../protocol/table/outcome-layout.ts';
import type { TransactWriteCommandInput } from '../documents/document-commands.ts';
import { auditLogPk } from './item-keys.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Entries of the audit log as items: a partition for each month, in order of time. */
export function auditItem(entry: AuditEntry): Record<string, unknown> {
  return {
    pk: auditLogPk(entry.merchantId, monthOf(entry.at)),
    sk: auditOrder(entry),
    ...entry,
    ttl: ttlAfter(Date.parse(entry.at), AUDIT_LOG_DAYS),
  };
}

/** What a transaction writes besides its change. Without an entry: nothing. */
export function auditPut(TableName: string, entry: AuditEntry | undefined): TransactItem[] {
  // Unconditional: a request that writes twice writes the same entry.
  return entry === undefined ? [] : [{ Put: { TableName, Item: auditItem(entry) } }];
}
