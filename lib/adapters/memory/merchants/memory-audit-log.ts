import type { AuditEntry } from '../../../core/merchants/audit-log/audit-entry.ts';
import { type AuditWriter, auditOrder, monthOf } from '../../../core/merchants/audit-log/audit-trail.ts';
import type { AuditLog } from '../../../core/query/audit-log.ts';

/** Writes an entry beside the change that it is about, as the table does in one transaction. */
export type LogEntry = (entry: AuditEntry | undefined) => void;

export function memoryAuditLog(): {
  readonly auditLog: AuditLog & AuditWriter;
  readonly log: LogEntry;
} {
  const written = new Map<string, AuditEntry>();
  const log: LogEntry = (entry) => {
    if (entry !== undefined) written.set(auditOrder(entry), structuredClone(entry));
  };
  return {
    log,
    auditLog: {
      async append(entry) {
        log(entry);
      },
      async entries({ owner, month, from, before, limit }) {
        return [...written]
          .filter(([, entry]) => entry.merchantId === owner && monthOf(entry.at) === month)
          .filter(([order]) => order >= from && order < before)
          .sort(([left], [right]) => (left < right ? 1 : -1))
          .slice(0, limit)
          .map(([, entry]) => entry);
      },
    },
  };
}
