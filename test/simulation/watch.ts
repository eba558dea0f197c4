import type { NotificationMessage } from '../../lib/core/notification.ts';
import type { Dispatcher, NotificationStore } from '../../lib/core/ports.ts';
import { MINUTE_MS } from '../../lib/core/time.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Promises that only show on the way: what stands at the end may look right all the same. */

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

/** A sweep leases what it sends: nobody sends it again before the lease has ended. */
const LEASE_MS = 14 * MINUTE_MS;

const sweptAtMs = new WeakMap<VirtualTime, Map<string, number>>();

export function leased<D extends Pick<Dispatcher, 'sendNow'>>(
  dispatcher: D,
  time: VirtualTime,
  broken: string[],
): D {
  const swept = sweptAtMs.get(time) ?? new Map<string, number>();
  sweptAtMs.set(time, swept);
  const sendNow: Dispatcher['sendNow'] = (lane, messages: readonly NotificationMessage[]) => {
    for (const message of messages) {
      const name = JSON.stringify(message);
      const lastMs = swept.get(name);
      if (lastMs !== undefined && time.now - lastMs < LEASE_MS)
        broken.push(`${name} was swept twice in a lease`);
      swept.set(name, time.now);
    }
    return dispatcher.sendNow(lane, messages);
  };
  return new Proxy(dispatcher, {
    get: (target, name) => (name === 'sendNow' ? sendNow : Reflect.get(target, name)),
  });
}
