import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { UndeliveredState } from '../deliver/redelivery.ts';
import { type ListedKey, listingOrder, type Notification } from '../deliver/state/notification.ts';
import type { NotificationStore } from '../deliver/state/notification-store.ts';
import type { Clock, ClockTrust } from '../environment.ts';
import { takeFromPartitions } from '../feed/partition-pages.ts';
import { oldestShown, type Reach, watermarkAt } from '../feed/watermark.ts';
import type { MerchantId } from '../model.ts';
import { isoTime, MINUTE_MS } from '../time.ts';

/** What did not arrive: a merchant's notifications in one state, in the order of their listing. */

export interface UndeliveredPorts extends Reach {
  readonly notifications: Pick<NotificationStore, 'undelivered' | 'read'>;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
}

/** Notifications of one page at most: with their attempts they stay under 1 MB. */
export const MAX_UNDELIVERED_PAGE = 100;
/** Notifications read strongly side by side. */
const CONCURRENCY = 16;

interface UndeliveredQuery {
  readonly merchantId: MerchantId;
  readonly state: UndeliveredState;
  readonly after?: ListedKey;
  readonly limit: number;
}

interface UndeliveredPage {
  readonly asOf: string;
  readonly items: readonly Notification[];
  /** Where the next page goes on; absent of the last. */
  readonly next?: ListedKey;
}

/**
 * One page. The index only says where to look: each notification is read strongly, and one that has left the state
 * since is left out, so a page may be empty and still have a next one.
 */
export async function readUndelivered(
  ports: UndeliveredPorts,
  asked: UndeliveredQuery,
): Promise<UndeliveredPage> {
  const nowMs = ports.clock.now();
  const { merchantId, state, after, limit } = asked;
  const range = {
    from: oldestShown(ports, nowMs),
    // Whoever stamped may be a little ahead of us.
    to: isoTime(nowMs + MINUTE_MS),
    ...(after !== undefined && { after }),
  };
  const { keys, ...rest } = await takeFromPartitions({
    limit,
    orderOf: listingOrder,
    read: (place) => ports.notifications.undelivered({ merchantId, state, ...range, ...place }),
  });
  const standing = await boundedMap(keys, CONCURRENCY, (key) => ports.notifications.read(key));
  ports.clockTrust.assertTrusted();
  return {
    asOf: watermarkAt(ports, nowMs),
    items: standing.filter((one) => one !== undefined).filter((one) => one.state === state),
    ...rest,
  };
}
