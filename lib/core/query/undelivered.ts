import type { UndeliveredState } from '../../protocol/contract-words.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { type ListedKey, listingOrder, type Notification } from '../deliver/state/notification.ts';
import type { NotificationStore } from '../deliver/state/notification-store.ts';
import { takeFromPartitions } from '../feed/partition-pages.ts';
import { oldestShown, type Reach, watermarkAt } from '../feed/watermark.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import type { Clock, ClockTrust } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS } from '../time.ts';

/** Undelivered notifications of a merchant: those in one state, in listing order. */

export interface UndeliveredPorts extends Reach {
  readonly notifications: Pick<NotificationStore, 'undelivered' | 'read'>;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
}

/** Maximum number of notifications on one page. With their attempts they stay under 1 MB. */
export const MAX_UNDELIVERED_PAGE = 100;
/** Concurrent strongly consistent reads of notifications. */
const CONCURRENCY = 16;

interface UndeliveredQuery {
  readonly merchantId: MerchantId;
  readonly state: UndeliveredState;
  /** Only this endpoint's. Default: all. */
  readonly endpointId?: EndpointId;
  readonly after?: ListedKey;
  readonly limit: number;
}

interface UndeliveredPage {
  readonly asOf: string;
  readonly items: readonly Notification[];
  /** Where the next page begins; absent on the last page. */
  readonly next?: ListedKey;
}

/**
 * Reads one page. The index gives only the keys: each notification is read with strong consistency, and one that has
 * left the state since then is skipped. So is one of another endpoint, if one endpoint is asked for. So a page may be empty
 * and still have a next one.
 */
export async function readUndelivered(
  ports: UndeliveredPorts,
  asked: UndeliveredQuery,
): Promise<UndeliveredPage> {
  const nowMs = ports.clock.now();
  const { merchantId, state, endpointId, after, limit } = asked;
  const range = {
    from: oldestShown(ports, nowMs),
    // The clock that stamped a row may be slightly ahead of ours.
    to: isoTime(nowMs + MINUTE_MS),
    ...(after !== undefined && { after }),
  };
  const { keys, ...rest } = await takeFromPartitions({
    limit,
    orderOf: listingOrder,
    ...(endpointId !== undefined && { accepts: (key: ListedKey) => key.endpointId === endpointId }),
    read: (place) => ports.notifications.undelivered({ merchantId, state, ...range, ...place }),
  });
  const notifications = await boundedMap(keys, CONCURRENCY, (key) => ports.notifications.read(key));
  ports.clockTrust.assertTrusted();
  return {
    asOf: watermarkAt(ports, nowMs),
    items: notifications.filter((one) => one !== undefined).filter((one) => one.state === state),
    ...rest,
  };
}
