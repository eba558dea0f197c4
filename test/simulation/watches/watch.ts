import type { MemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import { circuitOf } from '../../../lib/core/deliver/attempt/target.ts';
import type { NotificationKey, NotificationMessage } from '../../../lib/core/deliver/state/notification.ts';
import type { NotificationStore } from '../../../lib/core/deliver/state/notification-store.ts';
import { NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import type { CheckMessage } from '../../../lib/core/record/pending-check.ts';
import { MINUTE_MS, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Ports } from '../world/simulated-functions.ts';
import type { Lanes } from '../world/simulated-lanes.ts';

/** Checks during a run, for faults that the state at the end does not show. */

/** `delivered` and `acknowledged` never go back. */
export function neverBack(notifications: NotificationStore, broken: string[]): NotificationStore {
  return {
    ...notifications,
    async save(next, expectedRev) {
      const before = await notifications.read(next);
      const isSaved = await notifications.save(next, expectedRev);
      const isSettled = before?.state === 'delivered' || before?.state === 'acknowledged';
      if (isSaved && isSettled && next.state !== before.state) {
        broken.push(
          `${next.transactionId} for ${next.endpointId} went from ${before.state} to ${next.state}`,
        );
      }
      return isSaved;
    },
  };
}

/** Notifications that were listed or requested within this time are deferred no longer than a queue can hold. */
const YOUNG_MS = 60 * MINUTE_MS;
const QUEUE_HOLDS_MS = 900 * SECOND_MS;

/** Checks that a young notification is deferred by a message and never by a schedule. */
export function queuedWhileYoung(
  notifications: NotificationStore,
  { time, broken }: { readonly time: VirtualTime; readonly broken: string[] },
): NotificationStore {
  return {
    ...notifications,
    async save(next, expectedRev) {
      const before = await notifications.read(next);
      const isSaved = await notifications.save(next, expectedRev);
      const isTried =
        next.attempts.length > 0 && next.attempts.at(-1)?.number !== before?.attempts.at(-1)?.number;
      const waitMs = next.nextAttemptAt === undefined ? 0 : msOf(next.nextAttemptAt) - time.now;
      const isYoung = time.now - msOf(next.startedAt) < YOUNG_MS;
      if (isSaved && !isTried && isYoung && waitMs > QUEUE_HOLDS_MS) {
        broken.push(`${nameOf(next)} was put off by ${waitMs / SECOND_MS} s, which no queue can hold`);
      }
      return isSaved;
    },
  };
}

/** A sweep leases what it sends, and what it holds back. No other sweep may lease it before the lease ends. */
const MARGIN_MS = MINUTE_MS;
/** A due row is swept within this time: three minutes, plus the minute between sweeps and one for the run. */
const MAX_OVERDUE_MS = 5 * MINUTE_MS;
const MAX_LOOKS = 3;
/** A container may not know for this long that a breaker has opened. */
const BELIEF_MS = 20 * SECOND_MS;

const nameOf = (key: NotificationKey) =>
  `${key.merchantId}/${key.transactionId} v${key.version} for ${key.endpointId}`;

/** The rows that the sweep leases and sends. */
type Sent = NotificationMessage | CheckMessage;

function sentName(message: Sent): string {
  const what =
    'endpointId' in message ? nameOf(message) : `the check of ${message.merchantId}/${message.transactionId}`;
  return `${what} rev ${message.rev}`;
}

/** Watches what the sweep sends, and checks that nothing stays overdue. */
export class SweepWatch {
  readonly #stores: MemoryStores;
  readonly #lanes: Lanes;
  readonly #time: VirtualTime;
  readonly #isStormy: () => boolean;
  readonly #broken: string[];
  readonly #leasedUntilMs = new Map<string, number>();
  readonly #leased = new Set<string>();
  /** Number of consecutive looks that found each row overdue. */
  #overdue = new Map<string, number>();

  constructor(options: {
    readonly stores: MemoryStores;
    readonly lanes: Lanes;
    readonly time: VirtualTime;
    readonly isStormy: () => boolean;
    readonly broken: string[];
  }) {
    this.#stores = options.stores;
    this.#lanes = options.lanes;
    this.#time = options.time;
    this.#isStormy = options.isStormy;
    this.#broken = options.broken;
  }

  /** The same ports, watched. */
  over(ports: Ports): Ports {
    const { notifications, checks, dispatcher } = ports;
    const watched = async (item: Sent, isLeased: boolean, until: string) => {
      if (isLeased) this.#onLease(sentName(item), until);
      return isLeased;
    };
    const sendNow: Ports['dispatcher']['sendNow'] = async (lane, messages) => {
      for (const message of messages) await this.#onSend(message);
      return dispatcher.sendNow(lane, messages);
    };
    return {
      ...ports,
      notifications: withMember(notifications, 'lease', async (notification, until) =>
        watched(notification, await notifications.lease(notification, until), until),
      ),
      checks: withMember(checks, 'lease', async (check, until) =>
        watched(check, await checks.lease(check, until), until),
      ),
      dispatcher: withMember(dispatcher, 'sendNow', sendNow),
    };
  }

  async #onSend(message: Sent): Promise<void> {
    const name = sentName(message);
    if (!this.#leased.delete(name)) this.#broken.push(`${name} was swept without a lease`);
    if (this.#isStormy() || !this.#isCrowded() || !('endpointId' in message)) return;
    if (await this.#isDead(message)) {
      this.#broken.push(`${name} was swept into the crowd, though its endpoint is dead`);
    }
  }

  #onLease(name: string, until: string): void {
    if (this.#time.now < (this.#leasedUntilMs.get(name) ?? 0) - MARGIN_MS)
      this.#broken.push(`${name} was leased twice in a lease`);
    this.#leasedUntilMs.set(name, msOf(until));
    this.#leased.add(name);
  }

  /**
   * Call this every minute. No row may stay overdue, except one that a crowded sweep holds back because its endpoint is
   * dead. A row that is no longer held back goes with the next sweeps.
   */
  async look(): Promise<void> {
    const overdue = new Map<string, number>();
    for (const notification of this.#stores.contents.notifications.values()) {
      const { nextAttemptAt } = notification;
      if (nextAttemptAt === undefined || msOf(nextAttemptAt) >= this.#time.now - MAX_OVERDUE_MS) continue;
      if (this.#isCrowded() && (await this.#isDead(notification, 0))) continue;
      const name = `${nameOf(notification)} is due since ${nextAttemptAt} and was not swept`;
      const looks = (this.#overdue.get(name) ?? 0) + 1;
      overdue.set(name, looks);
      if (looks === MAX_LOOKS) this.#broken.push(name);
    }
    this.#overdue = overdue;
  }

  #isCrowded(): boolean {
    return this.#lanes.crowd.retry > 0;
  }

  async #isDead(key: NotificationKey, sinceMs = BELIEF_MS): Promise<boolean> {
    if (key.endpointId === NOTIFY_URL_ENDPOINT) return false;
    const config = await this.#stores.merchants.read(key.merchantId);
    const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
    const health = await this.#stores.health.read(circuitOf(key, { endpoint }));
    return health?.openedAt !== undefined && msOf(health.openedAt) <= this.#time.now - sinceMs;
  }
}

function withMember<T extends object, K extends keyof T>(port: T, name: K, member: T[K]): T {
  return new Proxy(port, {
    get: (target, asked) => (asked === name ? member : Reflect.get(target, asked)),
  });
}
