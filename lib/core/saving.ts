import { base62 } from './crypto.ts';
import type { Notification } from './notification.ts';
import type { NotificationStore, Random } from './ports.ts';

export type SaveResult =
  | { readonly kind: 'saved' }
  /** Somebody else wrote: what stands now. */
  | { readonly kind: 'overtaken'; readonly current: Notification | undefined };

/** Enough that no two writes of one `rev` of one notification bear the same name. */
const NAME_BYTES = 6;

/**
 * Writes under the fence, and knows its own write again: where the answer to a write was lost and the SDK
 * repeated it, the repetition is refused by what the first one wrote. Taking that for somebody else's work
 * would leave nobody to send what follows.
 */
export async function saveNotification(
  ports: { readonly notifications: Pick<NotificationStore, 'read' | 'save'>; readonly random: Random },
  next: Notification,
  expectedRev: number,
): Promise<SaveResult> {
  const writtenBy = base62(ports.random.bytes(NAME_BYTES));
  if (await ports.notifications.save({ ...next, writtenBy }, expectedRev)) return { kind: 'saved' };
  const current = await ports.notifications.read(next);
  const isOwn = current?.rev === next.rev && current.writtenBy === writtenBy;
  return isOwn ? { kind: 'saved' } : { kind: 'overtaken', current };
}
