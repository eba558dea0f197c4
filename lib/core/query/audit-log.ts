import type { AuditEntry } from '../merchants/audit-log/audit-entry.ts';
import { AUDIT_LOG_DAYS, auditOrder, type LogOwner, monthOf } from '../merchants/audit-log/audit-trail.ts';
import type { Clock } from '../runtime/environment.ts';
import { DAY_MS, isoTime } from '../time.ts';

/** Reads the audit log of a merchant or of the account, newest entries first. */

/** Maximum number of entries on one page. */
export const MAX_AUDIT_PAGE = 100;

/** One read of one month. */
interface MonthQuery {
  readonly owner: LogOwner;
  /** `2026-11`. */
  readonly month: string;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive: a time, or the position of an entry. */
  readonly before: string;
  readonly limit: number;
}

export interface AuditLog {
  /** Entries of one month, newest first, at most `limit`; strongly consistent. */
  entries(query: MonthQuery): Promise<readonly AuditEntry[]>;
}

interface AuditQuery {
  readonly owner: LogOwner;
  /** Inclusive. Default: as far back as entries are kept. */
  readonly from?: string;
  /** Exclusive. Default: no end. */
  readonly to?: string;
  /** The position of the last entry of the previous page. */
  readonly after?: string;
  readonly limit: number;
}

interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** The position after which the next page begins. Absent: this is the last page. */
  readonly next?: string;
}

interface AuditLogPorts {
  readonly auditLog: AuditLog;
  readonly clock: Clock;
}

/** One page. Reads at most as many months as entries are kept for, each a partition of its own. */
export async function readAuditLog(ports: AuditLogPorts, query: AuditQuery): Promise<AuditPage> {
  const { owner, limit } = query;
  const nowMs = ports.clock.now();
  const oldest = isoTime(nowMs - AUDIT_LOG_DAYS * DAY_MS);
  const from = query.from !== undefined && query.from > oldest ? query.from : oldest;
  // The clock that wrote an entry may be ahead of this one.
  const newest = isoTime(nowMs + DAY_MS);
  const to = query.to !== undefined && query.to < newest ? query.to : newest;
  const before = query.after ?? to;
  const entries: AuditEntry[] = [];
  for (const month of monthsBack(before, from)) {
    // One more than asked for tells whether there is another page.
    const missing = limit + 1 - entries.length;
    entries.push(...(await ports.auditLog.entries({ owner, month, from, before, limit: missing })));
    if (entries.length > limit) break;
  }
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  return { entries: page, ...(entries.length > limit && last !== undefined && { next: auditOrder(last) }) };
}

/** The months from that of `before` back to that of `from`. */
function monthsBack(before: string, from: string): readonly string[] {
  const months: string[] = [];
  const first = monthOf(from);
  for (let month = monthOf(before); month >= first; month = monthBefore(month)) months.push(month);
  return months;
}

function monthBefore(month: string): string {
  return monthOf(isoTime(Date.parse(`${month}-01T00:00:00Z`) - DAY_MS));
}
