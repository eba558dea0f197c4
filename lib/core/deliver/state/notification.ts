import * as z from 'zod';
import type { NotificationState } from '../../../protocol/contract-words.ts';
import type { FailureDetail } from '../../../protocol/failure-detail.ts';
import type { MerchantId } from '../../model.ts';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import {
  storedAlertId,
  storedEndpointId,
  storedId,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedVersion,
  storedWord,
} from '../../reading/stored.ts';

/** One terminal outcome for one endpoint, and the progress of its delivery. */

const attemptSchema = onFirstUse(() =>
  z.object({
    /** 1 for the first request ever made. Redeliveries continue the count. */
    number: z.number().int(),
    at: storedTime(),
    durationMs: z.number().int(),
    statusCode: z.number().int().exactOptional(),
    /** Stable code of the failure. Absent: delivered or `gone`. */
    error: z.string().exactOptional(),
    /** What exactly failed, if known. */
    detail: storedWord<FailureDetail>().exactOptional(),
  }),
);
export type Attempt = Parsed<typeof attemptSchema>;

/** Attempts kept on a notification: the latest ones. */
export const MAX_ATTEMPTS_KEPT = 32;
/** Bytes kept of the latest response body. */
export const MAX_SNIPPET_BYTES = 512;

export const notificationKeySchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    /** Or the id of the alert that the notification is about (`alerts/alert.ts`). */
    transactionId: z.union([storedTransactionId(), storedAlertId().brand<'TransactionId'>()]),
    version: storedVersion(),
    endpointId: storedEndpointId(),
  }),
);
export type NotificationKey = Readonly<Parsed<typeof notificationKeySchema>>;

export const notificationSchema = onFirstUse(() =>
  z.object({
    ...notificationKeySchema().shape,
    /** The fence: each attempt, deferral, block, acknowledgement and redelivery raises it. No item counts as 0. */
    rev: z.number().int().nonnegative(),
    state: storedWord<NotificationState>(),
    listedAt: storedTime(),
    /** When the current schedule began: at listing, redelivery, or creation by the audit. The horizon counts from it. */
    startedAt: storedTime(),
    /** Attempts in the current schedule. A redelivery resets it to 0, unless the notification is settled for good. */
    attemptsMade: z.number().int().nonnegative(),
    attempts: z.array(attemptSchema()),
    /**
     * The `rev` of the write that stored the latest attempt. If it equals `rev`, the latest write was that attempt: so the
     * stream, which shows each write's result, shows each attempt once. A lease, which keeps `rev`, removes it.
     */
    attemptRev: z.number().int().positive().exactOptional(),
    /**
     * The state before the latest write; `none`: there was no item. Equal to `state` if the write did not change it. So the
     * stream shows each change of state once. Absent on rows of versions that did not store it: they are counted from their
     * next write on.
     */
    stateBefore: storedWord<NotificationState | 'none'>().exactOptional(),
    /** The endpoint did not expect the outcome when it was listed. It is left out of what the audit expects. */
    isUnexpected: z.boolean().exactOptional(),
    /** The start of the latest response body. */
    responseSnippet: z.string().exactOptional(),
    /** Stable code: why the notification is `blocked`. */
    blockedReason: z.string().exactOptional(),
    /** Random name of the latest write. A writer that lost the response recognises its own write by it. */
    writtenBy: z.string().exactOptional(),
    /** When the next attempt is due. On a settled notification: one extra attempt, requested by redelivery. */
    nextAttemptAt: storedTime().exactOptional(),
    /** It waits for a slot of the endpoint's rate, without an attempt in its schedule. So its horizon does not run yet. */
    waitsForRate: z.boolean().exactOptional(),
    /** The latest acknowledgement or redelivery: who asked for it, and when. Written with the change itself. */
    lastRequest: z
      .object({
        action: storedWord<'acknowledge' | 'redeliver'>(),
        at: storedTime(),
        by: storedId().exactOptional(),
      })
      .exactOptional(),
  }),
);
export type Notification = Parsed<typeof notificationSchema>;

/** The notification's id in the API: `pay_1.1.ep_4fzQ`. No part can contain a dot. */
export function notificationIdOf(key: NotificationKey): string {
  return `${key.transactionId}.${key.version}.${key.endpointId}`;
}

/** Key of an undelivered notification, with its place in the listing. */
export type ListedKey = NotificationKey & { readonly listedAt: string };

/** Sort key of the listing. The separator sorts before every character that ids can contain. */
export function listingOrder({ listedAt, transactionId, version, endpointId }: ListedKey): string {
  return `${listedAt}#${transactionId}#${version}#${endpointId}`;
}

const listedKeySchema = onFirstUse(() => notificationKeySchema().extend({ listedAt: storedTime() }));

/** Parses a {@link listingOrder} text; undefined if it is malformed. */
export function listedKeyOf(merchantId: MerchantId, text: string): ListedKey | undefined {
  const [listedAt, transactionId, version, endpointId, ...rest] = text.split('#');
  const key = { merchantId, listedAt, transactionId, version: Number(version), endpointId };
  const parsed = listedKeySchema().safeParse(key);
  return parsed.success && rest.length === 0 ? parsed.data : undefined;
}

/** A message requests one attempt of one notification, and names the `rev` for which it was made. */
export type NotificationMessage = NotificationKey & {
  readonly rev: number;
  /** The slot of the endpoint's rate at which it comes back, in milliseconds since 1970. Only with a rate. */
  readonly slotMs?: number;
};
/** Read as loosely as stored rows: a message in flight may come from a newer version. Its extra fields are kept. */
export const notificationMessageSchema = onFirstUse(
  () =>
    z.looseObject({
      ...notificationKeySchema().shape,
      rev: z.number().int().nonnegative(),
      slotMs: z.number().exactOptional(),
    }) as z.ZodType<NotificationMessage>,
);

/** The notification that a missing item represents: nothing was tried yet. */
export function untried(key: NotificationKey, listedAt: string): Notification {
  return {
    merchantId: key.merchantId,
    transactionId: key.transactionId,
    version: key.version,
    endpointId: key.endpointId,
    rev: 0,
    state: 'pending',
    listedAt,
    startedAt: listedAt,
    attemptsMade: 0,
    attempts: [],
  };
}

/** Whether its schedule is still running. */
export function isOpen(notification: Notification): boolean {
  return notification.state === 'pending' || notification.state === 'retrying';
}

/** Whether an attempt is still to come: the notification is open, or is settled and has one extra attempt. */
export function isDue(notification: Notification): boolean {
  return isOpen(notification) || notification.nextAttemptAt !== undefined;
}

/** The fence: whether a message made for `rev` still has work to do. */
export function admits(notification: Notification, rev: number): boolean {
  return isDue(notification) && notification.rev === rev;
}

/** The number of the next attempt: 1 for the first request ever made. */
export function nextNumber({ attempts }: { readonly attempts: readonly Pick<Attempt, 'number'>[] }): number {
  return (attempts.at(-1)?.number ?? 0) + 1;
}

/** The message for the notification's current `rev`. */
export function messageFor(notification: Notification): NotificationMessage {
  const { merchantId, transactionId, version, endpointId, rev } = notification;
  return { merchantId, transactionId, version, endpointId, rev };
}
