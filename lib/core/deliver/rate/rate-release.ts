import { isUnreadable } from '../../faults.ts';
import type { ConfigCache } from '../../merchants/config-cache.ts';
import { currentSpan, type Endpoint } from '../../merchants/merchant-config.ts';
import { PARTITIONS } from '../../partitions.ts';
import type { Clock } from '../../runtime/environment.ts';
import { MINUTE_MS, SECOND_MS } from '../../time.ts';
import { SETTINGS_MAX_AGE_MS } from '../attempt/target.ts';
import type { NotificationKey } from '../state/notification.ts';
import type { SlotStore } from './rate-limiter.ts';
import { freeSlots, NO_SLOTS } from './slots.ts';

/**
 * The sweep's share in a rate limit: what found no slot is held by the due index alone, and is sent as slots get free. The
 * others get the time at which their turn may come. It is at most an hour ahead, so that a higher rate is soon used.
 */

const MAX_HOLD_MS = 60 * MINUTE_MS;

export interface ReleasePorts {
  readonly configs: ConfigCache;
  readonly slots: Pick<SlotStore, 'read'>;
  readonly clock: Clock;
}

export interface RateRelease {
  /** The time until which this due notification is held back, in ms since 1970; undefined: it may be sent. */
  holdUntil(key: NotificationKey): Promise<number | undefined>;
}

interface Share {
  readonly ratePerSecond: number;
  free: number;
  held: number;
}

/** For one run over one partition. Each partition gets an equal share of the free slots, and at least one. */
export function createRateRelease(ports: ReleasePorts): RateRelease {
  const shares = new Map<string, Share>();
  return {
    async holdUntil(key) {
      const endpoint = await ratedEndpoint(ports, key);
      if (endpoint?.ratePerSecond === undefined) return undefined;
      const name = `${key.merchantId} ${key.endpointId}`;
      const share = shares.get(name) ?? (await shareOf(ports, key, endpoint.ratePerSecond));
      shares.set(name, share);
      if (share.free > 0) {
        share.free -= 1;
        return undefined;
      }
      share.held += 1;
      const turnMs = (share.held * PARTITIONS * SECOND_MS) / share.ratePerSecond;
      return ports.clock.now() + Math.min(Math.max(turnMs, MINUTE_MS), MAX_HOLD_MS);
    },
  };
}

async function shareOf(
  { slots, clock }: ReleasePorts,
  { merchantId, endpointId }: NotificationKey,
  ratePerSecond: number,
): Promise<Share> {
  const stored = (await slots.read({ merchantId, endpointId })) ?? NO_SLOTS;
  const free = freeSlots(stored, { ratePerSecond, nowMs: clock.now() });
  return { ratePerSecond, free: Math.ceil(free / PARTITIONS), held: 0 };
}

/** The endpoint if it is limited. What `deliver` blocks needs no slot. Unreadable settings: `deliver` finds out. */
async function ratedEndpoint(ports: ReleasePorts, key: NotificationKey): Promise<Endpoint | undefined> {
  const asOfMs = ports.clock.now() - SETTINGS_MAX_AGE_MS;
  const config = await ports.configs.get(key.merchantId, asOfMs).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
  });
  const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  if (endpoint === undefined || endpoint.deletedAt !== undefined) return undefined;
  return currentSpan(endpoint).enabled ? endpoint : undefined;
}
