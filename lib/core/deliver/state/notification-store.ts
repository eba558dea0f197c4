import type { NotificationState } from '../../../protocol/contract-words.ts';
import type { MerchantId } from '../../model.ts';
import type { FencedStore } from './fenced-store.ts';
import type { ListedKey, Notification, NotificationKey } from './notification.ts';

interface UndeliveredRange {
  readonly merchantId: MerchantId;
  readonly state: NotificationState;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  /** Returns only keys after this one in the listing order. It may lie in another partition. */
  readonly after?: ListedKey;
  readonly limit: number;
  readonly cursor?: string;
}

export interface NotificationStore extends FencedStore<NotificationKey, Notification> {
  /** Keys of a merchant's notifications in one state, listed from `from` to `to`, in listing order. Eventually consistent. */
  undelivered(
    options: UndeliveredRange,
  ): Promise<{ readonly keys: readonly ListedKey[]; readonly cursor?: string }>;
}
