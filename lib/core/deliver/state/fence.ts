import type { Random } from '../../runtime/environment.ts';
import { writeName } from '../../runtime/write-name.ts';
import type { FencedStore } from './fenced-store.ts';
import type { Notification } from './notification.ts';
import type { NotificationStore } from './notification-store.ts';

export type SaveResult<Item> =
  | { readonly kind: 'saved' }
  /** Another writer was first; `current` is the stored item. */
  | { readonly kind: 'overtaken'; readonly current: Item | undefined };

/**
 * Writes under the fence, and recognises its own write. If the response to a write was lost and the SDK repeated it, the
 * repetition fails on the item that the first try wrote. If that were taken for another writer's work, no one would send
 * the message that follows.
 */
export async function saveFenced<
  Key,
  Item extends Key & { readonly rev: number; readonly writtenBy?: string },
>(
  ports: { readonly store: Pick<FencedStore<Key, Item>, 'read' | 'save'>; readonly random: Random },
  next: Item,
  expectedRev: number | 'absent',
): Promise<SaveResult<Item>> {
  const writtenBy = writeName(ports.random);
  if (await ports.store.save({ ...next, writtenBy }, expectedRev)) return { kind: 'saved' };
  const current = await ports.store.read(next);
  const isOwn = current?.rev === next.rev && current.writtenBy === writtenBy;
  return isOwn ? { kind: 'saved' } : { kind: 'overtaken', current };
}

/**
 * {@link saveFenced} for notifications. Stores the state before, so that the stream shows each change of state once.
 *
 * @param seen the item that the write is based on; undefined: none is there, or none was read
 */
export function saveNotification(
  ports: { readonly notifications: Pick<NotificationStore, 'read' | 'save'>; readonly random: Random },
  next: Notification,
  seen: Notification | undefined,
): Promise<SaveResult<Notification>> {
  const { notifications: store, random } = ports;
  // A row of an older version was never counted: it counts from now on.
  const stateBefore = seen?.stateBefore === undefined ? 'none' : seen.state;
  // Not `rev` 0 where none was seen: what the audit restored has it too, and its state is counted.
  return saveFenced({ store, random }, { ...next, stateBefore }, seen?.rev ?? 'absent');
}
