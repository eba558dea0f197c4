import * as z from 'zod';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import {
  storedEndpointId,
  storedId,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedWord,
} from '../../reading/stored.ts';
import type { Action } from './actions.ts';

/** An entry of the audit log as it is stored. Only what reads the log needs this schema at run time. */
export const auditEntrySchema = onFirstUse(() =>
  z.object({
    entryId: storedId(),
    at: storedTime(),
    /** The id of the key that made the request; `root` for the root key. */
    by: storedId(),
    action: storedWord<Action>(),
    /** Absent: it concerns keys for all merchants, or the whole service. */
    merchantId: storedMerchantId().exactOptional(),
    endpointId: storedEndpointId().exactOptional(),
    transactionId: storedTransactionId().exactOptional(),
    keyId: storedId().exactOptional(),
    jobId: storedId().exactOptional(),
    /** A queue of dead letters that was put back. */
    queue: storedWord().exactOptional(),
    /** A parked record that was put back. Absent: all. */
    recordId: storedWord().exactOptional(),
    /** The scope of a key that was created. */
    scope: storedWord().exactOptional(),
    /** How a transaction was resolved. */
    status: storedWord().exactOptional(),
    /** The names of the settings in the request, sorted. */
    fields: z.array(storedWord()).exactOptional(),
  }),
);
export type AuditEntry = Readonly<Parsed<typeof auditEntrySchema>>;
