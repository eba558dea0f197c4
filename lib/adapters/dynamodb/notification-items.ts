import { type Attempt, type Notification, notificationSchema } from '../../core/notification.ts';
import { duePk, notificationSk, transactionPk, ttlAfter, undeliveredPk } from './keys.ts';

/** Notifications as items of at most 2 KB: attempts are lines of text, not maps. */

/** States in which a notification can be listed as not delivered. */
const UNDELIVERED: readonly string[] = ['retrying', 'exhausted', 'blocked'];

export function notificationItem(
  notification: Notification,
  options: { readonly nowMs: number; readonly retentionDays: number },
): Record<string, unknown> {
  const { attempts, ...rest } = notification;
  const { listedAt, transactionId, version, endpointId, state } = notification;
  return {
    pk: transactionPk(notification),
    sk: notificationSk(notification),
    ...rest,
    attempts: attempts.map(attemptLine),
    ...(notification.nextAttemptAt !== undefined && { duePk: duePk(notification) }),
    ...(UNDELIVERED.includes(state) && {
      undeliveredPk: undeliveredPk(notification),
      undeliveredSk: `${state}#${listedAt}#${transactionId}#${version}#${endpointId}`,
    }),
    ttl: ttlAfter(options.nowMs, options.retentionDays),
  };
}

export function notificationFromItem(item: Readonly<Record<string, unknown>>): Notification {
  const lines = Array.isArray(item.attempts) ? (item.attempts as unknown[]) : [];
  return notificationSchema.parse({ ...item, attempts: lines.map(String).map(attemptOf) });
}

/** `3,1763625600123,150,500,http_server_error`: number, time, duration, status and error, the last two optional. */
function attemptLine(attempt: Attempt): string {
  const { number, at, durationMs, statusCode, error } = attempt;
  return [number, Date.parse(at), durationMs, statusCode ?? '', error ?? ''].join(',');
}

function attemptOf(line: string): Attempt {
  const [number, atMs, durationMs, statusCode, error] = line.split(',');
  return {
    number: Number(number),
    at: new Date(Number(atMs)).toISOString(),
    durationMs: Number(durationMs),
    ...(statusCode !== undefined && statusCode !== '' && { statusCode: Number(statusCode) }),
    ...(error !== undefined && error !== '' && { error }),
  };
}
