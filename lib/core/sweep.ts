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
/** Rows of one partition read at a time, and those of them that are leased and sent together. */
const PAGE = 1_000;
const BATCH = 20;

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
 * Above the lane's backlog, dead endpoints' rows are passed over, however many there are: what else is due lies
 * between them.
 *
 * @param partition 0 to 15, of the due index
 * @returns how many were sent
 */
export async function sweepPartition(
  ports: SweepPorts,
  { partition, deadlineMs }: { readonly partition: number; readonly deadlineMs: number },
): Promise<number> {
  const before = isoTime(ports.clock.now() - SWEEP_AFTER_MS);
  let sent = 0;
  let cursor: string | undefined;
  do {
    const due = await ports.notifications.due({
      partition,
      before,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    sent += await sendPage(ports, due.keys, { before, deadlineMs });
    cursor = due.cursor;
  } while (cursor !== undefined && ports.clock.now() < deadlineMs);
  if (sent > 0) ports.reporter.report({ event: 'swept', partition, sent });
  return sent;
}

async function sendPage(
  ports: SweepPorts,
  keys: readonly NotificationKey[],
  { before, deadlineMs }: { readonly before: string; readonly deadlineMs: number },
): Promise<number> {
  if (keys.length === 0) return 0;
  const isCrowded = (await ports.dispatcher.backlog('retry')) >= MAX_BACKLOG;
  let batch: NotificationKey[] = [];
  let sent = 0;
  for (const [place, key] of keys.entries()) {
    if (!(isCrowded && (await isSurelyDead(ports, key)))) batch.push(key);
    const isLast = place === keys.length - 1;
    if (batch.length < BATCH && !isLast) continue;
    sent += await sendBatch(ports, batch, before);
    batch = [];
    if (ports.clock.now() >= deadlineMs) break;
  }
  return sent;
}

/** What was leased is sent, whatever became of the others: a lease that is not sent waits a quarter of an hour. */
async function sendBatch(
  ports: SweepPorts,
  keys: readonly NotificationKey[],
  before: string,
): Promise<number> {
  const results = await Promise.allSettled(keys.map((key) => lease(ports, key, before)));
  const leased = results.flatMap((result) =>
    result.status === 'fulfilled' && result.value !== undefined ? [result.value] : [],
  );
  if (leased.length > 0) await ports.dispatcher.sendNow('retry', leased.map(messageFor));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return leased.length;
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
