import * as z from 'zod';
import { base62 } from '../../crypto.ts';
import type { MerchantId } from '../../model.ts';
import {
  storedEndpointId,
  storedId,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedWord,
} from '../../reading/stored.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';

/**
 * The audit log: who changed what, and when. An entry is written in the same transaction as its change, so there is
 * never one without the other. It names the settings that changed and holds no values: a URL may contain a secret.
 */

export const ACTIONS = [
  'merchant.created',
  'merchant.changed',
  'merchant.secret_rotated',
  'endpoint.created',
  'endpoint.changed',
  'endpoint.deleted',
  'endpoint.secret_rotated',
  'key.created',
  'key.revoked',
  'redelivery.started',
  'transaction.resolved',
] as const;
export type Action = (typeof ACTIONS)[number];

export const auditEntrySchema = z.object({
  entryId: storedId,
  at: storedTime,
  /** The id of the key that made the request; `root` for the root key. */
  by: storedId,
  action: storedWord<Action>(),
  /** Absent: it concerns keys for all merchants. */
  merchantId: storedMerchantId.exactOptional(),
  endpointId: storedEndpointId.exactOptional(),
  transactionId: storedTransactionId.exactOptional(),
  keyId: storedId.exactOptional(),
  jobId: storedId.exactOptional(),
  /** The scope of a key that was created. */
  scope: storedWord().exactOptional(),
  /** How a transaction was resolved. */
  status: storedWord().exactOptional(),
  /** The names of the settings in the request, sorted. */
  fields: z.array(storedWord()).exactOptional(),
});
export type AuditEntry = Readonly<z.infer<typeof auditEntrySchema>>;

/** What happened, and to what. */
type Happened = Omit<AuditEntry, 'entryId' | 'at' | 'by'>;

/** Makes the entries of one caller. */
export interface AuditTrail {
  /** The id of the caller's key. */
  readonly by: string;
  /** Make one entry for each request: a request that writes twice then leaves one entry. */
  entry(happened: Happened): AuditEntry;
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
