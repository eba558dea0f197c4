import * as z from 'zod';
import type { MerchantId } from '../../model.ts';
import {
  storedEndpointId,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedVersion,
  storedWord,
} from '../../stored.ts';

/** One terminal outcome for one endpoint, and how its telling goes. */

export const notificationStates = [
  'pending',
  'retrying',
  'delivered',
  'exhausted',
  'acknowledged',
  'blocked',
] as const;
export type NotificationState = (typeof notificationStates)[number];

const attemptSchema = z.object({
  /** 1 for the first request ever made; goes on counting through redeliveries. */
  number: z.number().int(),
  at: storedTime,
  durationMs: z.number().int(),
  statusCode: z.number().int().exactOptional(),
  /** Why it was not a delivery; a stable code. */
  error: z.string().exactOptional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** Attempts kept on a notification: the last ones. */
export const MAX_ATTEMPTS_KEPT = 32;
/** Bytes kept of the last answer's body. */
export const MAX_SNIPPET_BYTES = 512;

export const notificationKeySchema = z.object({
  merchantId: storedMerchantId,
  transactionId: storedTransactionId,
  version: storedVersion,
  endpointId: storedEndpointId,
});
export type NotificationKey = Readonly<z.infer<typeof notificationKeySchema>>;

export const notificationSchema = z.object({
  ...notificationKeySchema.shape,
  /** The fence: raised by each attempt, deferral, acknowledgement and redelivery. No item counts as 0. */
  rev: z.number().int().nonnegative(),
  state: storedWord<NotificationState>(),
  listedAt: storedTime,
  /** When the running schedule began: listing, redelivery, or creation by the audit. The horizon counts from it. */
  startedAt: storedTime,
  /** Attempts of the running schedule; a redelivery starts again at 0. */
  attemptsMade: z.number().int().nonnegative(),
  attempts: z.array(attemptSchema),
  /** The beginning of the last answer's body. */
  responseSnippet: z.string().exactOptional(),
  /** Why it is `blocked`; a stable code. */
  blockedReason: z.string().exactOptional(),
  /** Names the write that made it so: whoever lost the answer to a write knows its own again. */
  writtenBy: z.string().exactOptional(),
  /** When the next attempt is due. On a settled notification: one extra attempt, asked for by redelivery. */
  nextAttemptAt: storedTime.exactOptional(),
});
export type Notification = z.infer<typeof notificationSchema>;

/** The name of a notification in the API: `pay_1.1.ep_4fzQ`. None of its parts can hold a dot. */
export function notificationIdOf(key: NotificationKey): string {
  return `${key.transactionId}.${key.version}.${key.endpointId}`;
}

/** A notification among those that were not delivered. */
export type ListedKey = NotificationKey & { readonly listedAt: string };

/** Text in the order in which they are listed. The separator sorts before all that ids can hold. */
export function listingOrder({ listedAt, transactionId, version, endpointId }: ListedKey): string {
  return `${listedAt}#${transactionId}#${version}#${endpointId}`;
}

const listedKeySchema = notificationKeySchema.extend({ listedAt: storedTime });

/** Reads the text back; undefined where it is none. */
export function listedKeyOf(merchantId: MerchantId, text: string): ListedKey | undefined {
  const [listedAt, transactionId, version, endpointId, ...rest] = text.split('#');
  const key = { merchantId, listedAt, transactionId, version: Number(version), endpointId };
  const parsed = listedKeySchema.safeParse(key);
  return parsed.success && rest.length === 0 ? parsed.data : undefined;
}

/** A message asks for one attempt of one notification, and names the `rev` for which it was made. */
export type NotificationMessage = NotificationKey & { readonly rev: number };
/** Read as rows are: a message on its way may be of a newer version, whose additions go on with it. */
export const notificationMessageSchema = z.looseObject({
  ...notificationKeySchema.shape,
  rev: z.number().int().nonnegative(),
}) as z.ZodType<NotificationMessage>;

/** What the absence of an item means: nothing was tried yet. */
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

/** Whether an attempt is still to come: of an open notification, or an extra one of a settled one. */
export function isDue(notification: Notification): boolean {
  return isOpen(notification) || notification.nextAttemptAt !== undefined;
}

/** The fence: whether a message made for `rev` still has something to do. */
export function admits(notification: Notification, rev: number): boolean {
  return isDue(notification) && notification.rev === rev;
}

/** The number of the next attempt: 1 for the first request ever made. */
export function nextNumber({ attempts }: { readonly attempts: readonly Pick<Attempt, 'number'>[] }): number {
  return (attempts.at(-1)?.number ?? 0) + 1;
}

/** The message that the notification's present `rev` is due, where it is open. */
export function messageFor(notification: Notification): NotificationMessage {
  const { merchantId, transactionId, version, endpointId, rev } = notification;
  return { merchantId, transactionId, version, endpointId, rev };
}
