import type { MerchantId } from '../../model.ts';
import type { FencedStore } from './fenced-store.ts';
import type { ListedKey, Notification, NotificationKey, NotificationState } from './notification.ts';

interface UndeliveredRange {
  readonly merchantId: MerchantId;
  readonly state: NotificationState;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  /** Only what stands behind it, whichever partition it lies in. */
  readonly after?: ListedKey;
  readonly limit: number;
  readonly cursor?: string;
}

export interface NotificationStore extends FencedStore<NotificationKey, Notification> {
  /** Keys of a merchant's notifications in one state, listed from `from` to `to`, in that order; the index may be behind. */
  undelivered(
    options: UndeliveredRange,
  ): Promise<{ readonly keys: readonly ListedKey[]; readonly cursor?: string }>;
}
