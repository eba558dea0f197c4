import * as z from 'zod';
import type { Include, UndeliveredState } from '../../../protocol/contract-words.ts';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import {
  storedEndpointId,
  storedId,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedVersion,
  storedWord,
} from '../../reading/stored.ts';
import { notificationKeySchema } from '../state/notification.ts';

/** Redelivery of a whole time range: a job that runs in steps and records its progress. */

/** Why a job did not send a notification. */
export const NOT_SENT_REASONS = [
  'already_delivered',
  'already_acknowledged',
  /** Its own schedule is still running. */
  'still_trying',
  /** It was sent before, in vain. `undelivered` and `all` send it again. */
  'undelivered',
  'endpoint_disabled',
  'endpoint_deleted',
  /** The endpoint's filter does not let the type through now. */
  'filter_excludes',
  /** Its outcome is no longer kept. */
  'expired',
  /** A row cannot be read. Operators were alerted. */
  'unreadable',
  /** Others wrote to it in every try. */
  'changed_meanwhile',
  /** The job was cancelled before it got there. */
  'cancelled',
] as const;
export type NotSentReason = (typeof NOT_SENT_REASONS)[number];

/**
 * Stored states. Jobs that walk along the feed are `replaying` and not `running`, so that an older version of the service,
 * which knows only notifications that were not delivered, leaves them alone.
 */
export type JobState = 'running' | 'replaying' | 'cancelling' | 'cancelled' | 'done' | 'failed';

const notSentSchema = onFirstUse(() =>
  z.object({
    reason: storedWord<NotSentReason>(),
    count: z.number().int().positive(),
    /** Ids of the first few. */
    examples: z.array(z.string()),
  }),
);
export type NotSent = Parsed<typeof notSentSchema>;

/** The stored form. What older versions did not write is optional. */
export const jobSchema = onFirstUse(() =>
  z.object({
    jobId: z.string(),
    merchantId: storedMerchantId(),
    /** The merchant's slot that the job occupies until it ends. */
    slot: z.number().int().nonnegative(),
    from: storedTime(),
    to: storedTime(),
    /** Absent: `undelivered`. */
    include: storedWord<Include>().exactOptional(),
    /** The states that `undelivered` sends. */
    states: z.array(storedWord<UndeliveredState>()).min(1),
    endpointId: storedEndpointId().exactOptional(),
    createdAt: storedTime(),
    /** The key that started it. Absent on jobs of older versions. */
    by: storedId().exactOptional(),
    state: storedWord<JobState>(),
    /** `undelivered`: keys of the pending step, found and counted, not yet sent. */
    keys: z.array(notificationKeySchema()),
    /** `undelivered`: index range to read next: all partitions of the first state, then those of the next state. */
    range: z.number().int().nonnegative(),
    /** `undelivered`: position within the range. */
    cursor: z.string().exactOptional(),
    /** The others: the last outcome that was examined. */
    after: z
      .object({ listedAt: storedTime(), transactionId: storedTransactionId(), version: storedVersion() })
      .exactOptional(),
    /** Outcomes examined along the feed. */
    examined: z.number().int().nonnegative().exactOptional(),
    /** `all`: outcomes in the range, as confirmed. */
    total: z.number().int().nonnegative().exactOptional(),
    /** Notifications found so far: sent, not sent, or pending. */
    found: z.number().int().nonnegative(),
    sent: z.number().int().nonnegative(),
    notSent: z.array(notSentSchema()).exactOptional(),
    /** What was sent in the minute that began then. */
    pace: z.object({ minute: storedTime(), sent: z.number().int().nonnegative() }).exactOptional(),
    /** Who asked to cancel it, and when. */
    cancelled: z.object({ at: storedTime(), by: storedId() }).exactOptional(),
    /** Why it failed. */
    failure: storedWord<'unreadable_row' | 'unknown_merchant'>().exactOptional(),
    endedAt: storedTime().exactOptional(),
    rev: z.number().int().positive(),
  }),
);
export type Job = Parsed<typeof jobSchema>;

/** Whether the job occupies its slot. */
export function isActive({ state }: Pick<Job, 'state'>): boolean {
  return state === 'running' || state === 'replaying' || state === 'cancelling';
}

/** Position of a job in the list of its merchant's jobs: by creation. */
export function jobOrder({ createdAt, jobId }: Pick<Job, 'createdAt' | 'jobId'>): string {
  return `${createdAt}#${jobId}`;
}
