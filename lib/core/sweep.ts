import type { ConfigCache } from './config-cache.ts';
import type { HealthMonitor } from './health.ts';
import { NOTIFY_URL_ENDPOINT } from './model.ts';
import { admits, messageFor, type Notification, type NotificationKey } from './notification.ts';
import type { Clock, Dispatcher, NotificationStore, Reporter } from './ports.ts';
import { circuitOf, SETTINGS_MAX_AGE_MS } from './target.ts';
import { isoTime, MINUTE_MS } from './time.ts';

/** How late a row must be before it counts as due and not sent: messages have their own ways of being late. */
const SWEEP_AFTER_MS = 3 * MINUTE_MS;
/** For how long a swept row is left alone: its message has so long to be worked off. */
const LEASE_MS = 15 * MINUTE_MS;
/** Messages of the retry lane above which only those are sent that have a chance to be delivered. */
const MAX_BACKLOG = 10_000;
/** Rows of one partition on a page, and pages that one run looks at. */
const PAGE = 200;
const MAX_PAGES = 25;

export interface SweepPorts {
  readonly notifications: NotificationStore;
  readonly dispatcher: Pick<Dispatcher, 'sendNow' | 'backlog'>;
  readonly configs: ConfigCache;
  readonly health: Pick<HealthMonitor, 'isOpen'>;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/**
 * Finds what is due and was not sent: its message was lost, or never made. Each row is leased before it is
 * sent, so that two sweeps, or one that died, do not send it again and again; `rev` stays, so that the message
 * that was only late still works.
 *
 * @param partition 0 to 15, of the due index
 * @returns how many were sent
 */
export async function sweepPartition(ports: SweepPorts, partition: number): Promise<number> {
  const nowMs = ports.clock.now();
  const before = isoTime(nowMs - SWEEP_AFTER_MS);
  let sent = 0;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const due = await ports.notifications.due({
      partition,
      before,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    sent += await sendPage(ports, due.keys, before);
    cursor = due.cursor;
    if (cursor === undefined) break;
  }
  if (sent > 0) ports.reporter.report({ event: 'swept', partition, sent });
  return sent;
}

async function sendPage(
  ports: SweepPorts,
  keys: readonly NotificationKey[],
  before: string,
): Promise<number> {
  if (keys.length === 0) return 0;
  const isCrowded = (await ports.dispatcher.backlog('retry')) >= MAX_BACKLOG;
  let sent = 0;
  for (const key of keys) {
    if (isCrowded && (await isSurelyDead(ports, key))) continue;
    const leased = await lease(ports, key, before);
    if (leased === undefined) continue;
    await ports.dispatcher.sendNow('retry', [messageFor(leased)]);
    sent += 1;
  }
  return sent;
}

/** The index may be behind: what counts is the row itself, read strongly and leased on condition. */
async function lease(
  ports: SweepPorts,
  key: NotificationKey,
  before: string,
): Promise<Notification | undefined> {
  const notification = await ports.notifications.read(key);
  if (notification?.nextAttemptAt === undefined || notification.nextAttemptAt > before) return undefined;
  if (!admits(notification, notification.rev)) return undefined;
  const until = isoTime(ports.clock.now() + LEASE_MS);
  return (await ports.notifications.lease(notification, until)) ? notification : undefined;
}

/** The host of a transaction's own URL is not known here: deliver finds out. */
async function isSurelyDead(ports: SweepPorts, key: NotificationKey): Promise<boolean> {
  if (key.endpointId === NOTIFY_URL_ENDPOINT) return false;
  const config = await ports.configs.get(key.merchantId, ports.clock.now() - SETTINGS_MAX_AGE_MS);
  const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  return ports.health.isOpen(circuitOf(key, { endpoint }));
}
