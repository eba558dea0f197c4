import { base62 } from '../../crypto.ts';
import type { MerchantId } from '../../model.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import type { AuditEntry } from './audit-entry.ts';

/**
 * The audit log: who changed what, and when. An entry is written in the same transaction as its change, so there is
 * never one without the other. It names the settings that changed and holds no values: a URL may contain a secret.
 */

/** What happened, and to what. */
type Happened = Omit<AuditEntry, 'entryId' | 'at' | 'by'>;

/** Makes the entries of one caller. */
export interface AuditTrail {
  /** The id of the caller's key. */
  readonly by: string;
  /** Make one entry for each request: a request that writes twice then leaves one entry. */
  entry(happened: Happened): AuditEntry;
}

/**
 * Writes entries of acts outside the table, before the act. So an act always has its entry; one that failed has an entry
 * too.
 */
export interface AuditWriter {
  append(entry: AuditEntry): Promise<void>;
}

/** Days after which an entry expires: a year, and a month in which to look at it. */
export const AUDIT_LOG_DAYS = 400;
const ENTRY_ID_BYTES = 6;

export function auditTrail(
  ports: { readonly clock: Clock; readonly random: Random },
  caller: { readonly keyId: string },
): AuditTrail {
  const by = caller.keyId;
  return {
    by,
    entry: (happened) => ({
      entryId: base62(ports.random.bytes(ENTRY_ID_BYTES)),
      at: isoTime(ports.clock.now()),
      by,
      ...happened,
    }),
  };
}

/** The names of the settings in a request that changes some. */
export function fieldsOf(changes: object): string[] {
  return Object.keys(changes).sort();
}

/** The position of an entry in its log: by time, then by id. */
export function auditOrder({ at, entryId }: Pick<AuditEntry, 'at' | 'entryId'>): string {
  return `${at}#${entryId}`;
}

/** The log to which an entry belongs: its merchant's, or that of the account. */
export type LogOwner = MerchantId | undefined;

/** The month of a time, or of a position. A log has a partition for each. */
export function monthOf(time: string): string {
  return time.slice(0, 'YYYY-MM'.length);
}
