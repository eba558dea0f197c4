import type { AuditTrail } from '../merchants/audit-log/audit-trail.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import { type EndpointId, isTerminal, type TransactionKey, type Version } from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';
import type { Clock, Random } from '../runtime/environment.ts';
import type { Dispatcher } from './dispatcher.ts';
import { expectedEndpoints } from './expected-endpoints.ts';
import { notifyUrlOf } from './notify-url.ts';
import { saveNotification } from './state/fence.ts';
import { isDue, messageFor, type Notification, type NotificationKey, untried } from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';
import type { TransactionReader } from './state/transaction-reader.ts';
import { acknowledge, redeliver } from './state/transitions.ts';

/** Acknowledge and redeliver: the two changes to notifications that API callers can request. */

export interface SettlingPorts {
  readonly trail: AuditTrail;
  readonly outcomes: OutcomeStore & TransactionReader;
  readonly notifications: NotificationStore;
  readonly configs: ConfigCache;
  readonly dispatcher: Pick<Dispatcher, 'sendNow'>;
  readonly clock: Clock;
  readonly random: Random;
}

export type SettlingRefusal = {
  readonly kind: 'refused';
  readonly code: 'unknown_transaction' | 'unknown_version' | 'unknown_notification' | 'not_terminal';
};

/**
 * Acknowledges an outcome: the receiver has applied it, so all retries stop. Scheduled ones stop too, because the
 * acknowledgement raises the fence (`rev`) and their messages no longer match it.
 *
 * @param endpointId acknowledges for this endpoint only; default: every expected endpoint
 */
export async function acknowledgeOutcome(
  ports: SettlingPorts,
  key: TransactionKey & { readonly version: Version },
  endpointId?: EndpointId,
): Promise<
  { readonly kind: 'acknowledged'; readonly notifications: readonly Notification[] } | SettlingRefusal
> {
  const found = await expectedOf(ports, key);
  if (found.kind === 'refused') return found;
  // Written notifications count as well as expected ones: old settings can expire before a schedule ends.
  const { notifications: written } = await ports.outcomes.transaction(key);
  const writtenIds = written.filter(({ version }) => version === key.version).map((one) => one.endpointId);
  const known = [...new Set([...found.endpointIds, ...writtenIds])];
  const wanted = known.filter((id) => endpointId === undefined || id === endpointId);
  if (endpointId !== undefined && wanted.length === 0)
    return { kind: 'refused', code: 'unknown_notification' };
  const notifications: Notification[] = [];
  for (const id of wanted) {
    notifications.push(
      await change(ports, { ...key, endpointId: id }, found.listedAt, (one) =>
        acknowledge(one, { by: ports.trail.by, atMs: ports.clock.now() }),
      ),
    );
  }
  return { kind: 'acknowledged', notifications };
}

/** Sends one notification again now. `redeliver` says what that means in each state. */
export async function redeliverNotification(
  ports: SettlingPorts,
  key: NotificationKey,
): Promise<{ readonly kind: 'redelivered'; readonly notification: Notification } | SettlingRefusal> {
  const found = await expectedOf(ports, key);
  if (found.kind === 'refused') return found;
  const current = await ports.notifications.read(key);
  if (current === undefined && !found.endpointIds.includes(key.endpointId)) {
    return { kind: 'refused', code: 'unknown_notification' };
  }
  const notification = await change(ports, key, found.listedAt, (one) =>
    redeliver(one, { by: ports.trail.by, atMs: ports.clock.now() }),
  );
  // If the process dies here, the item is due but unsent. The sweep finds it.
  if (isDue(notification)) await ports.dispatcher.sendNow('retry', [messageFor(notification)]);
  return { kind: 'redelivered', notification };
}

async function expectedOf(
  ports: SettlingPorts,
  key: TransactionKey & { readonly version: Version },
): Promise<
  | { readonly kind: 'expected'; readonly listedAt: string; readonly endpointIds: readonly EndpointId[] }
  | SettlingRefusal
> {
  const outcome = await ports.outcomes.read(key);
  if (outcome === undefined) {
    const isKnown = (await ports.outcomes.versions(key)).length > 0;
    return { kind: 'refused', code: isKnown ? 'unknown_version' : 'unknown_transaction' };
  }
  if (!isTerminal(outcome)) return { kind: 'refused', code: 'not_terminal' };
  const config = await ports.configs.get(key.merchantId, ports.clock.now());
  if (config === undefined) return { kind: 'refused', code: 'unknown_transaction' };
  const notifyUrl = await notifyUrlOf(ports.outcomes, outcome);
  return {
    kind: 'expected',
    listedAt: outcome.listedAt,
    endpointIds: expectedEndpoints(outcome, config, notifyUrl),
  };
}

async function change(
  ports: SettlingPorts,
  key: NotificationKey,
  listedAt: string,
  transition: (notification: Notification) => Notification,
): Promise<Notification> {
  return changeUnderRev('The notification', async () => {
    const stored = await ports.notifications.read(key);
    const next = transition(stored ?? untried(key, listedAt));
    return (await saveNotification(ports, next, stored)).kind === 'saved' ? next : OVERTAKEN;
  });
}
