import { isAboutAlert } from '../../../core/deliver/alerts/alert.ts';
import {
  type Attempt,
  listingOrder,
  type Notification,
  notificationSchema,
} from '../../../core/deliver/state/notification.ts';
import { UNDELIVERED_STATES } from '../../../protocol/contract-words.ts';
import { ttlAfter } from '../../../protocol/table/outcome-layout.ts';
import { alertTtl } from './alert-items.ts';
import { duePk, notificationItemKey, undeliveredPk, undeliveredSk } from './item-keys.ts';

/** Notifications as items of at most 2 KB: attempts are lines of text, not maps. */

/** States in which a notification can be listed as undelivered. */
const UNDELIVERED: readonly string[] = UNDELIVERED_STATES;

export function notificationItem(
  notification: Notification,
  options: { readonly nowMs: number; readonly retentionDays: number },
): Record<string, unknown> {
  const { attempts, ...rest } = notification;
  const { state } = notification;
  const isAlert = isAboutAlert(notification);
  return {
    ...notificationItemKey(notification),
    ...rest,
    attempts: attempts.map(attemptLine),
    ...(notification.nextAttemptAt !== undefined && { duePk: duePk(notification) }),
    // The list of undelivered notifications, and redeliveries by range, are about outcomes.
    ...(UNDELIVERED.includes(state) &&
      !isAlert && {
        undeliveredPk: undeliveredPk(notification),
        undeliveredSk: undeliveredSk(state, listingOrder(notification)),
      }),
    ttl: isAlert ? alertTtl(options.nowMs) : ttlAfter(options.nowMs, options.retentionDays),
  };
}

/** @throws RangeError, TypeError or ZodError if the item is not a notification */
export function notificationFromItem(item: Readonly<Record<string, unknown>>): Notification {
  const lines: unknown = item.attempts ?? [];
  // If these were read as no attempts, the next write would erase them and the count would restart at 1.
  if (!Array.isArray(lines)) throw new TypeError('The attempts are not a list.');
  return notificationSchema().parse({ ...item, attempts: lines.map(String).map(attemptOf) });
}

/** Base of the numbers on an attempt's line. A large base keeps an item within 2 KB. */
const RADIX = 36;

/**
 * Format: `3,mi7x2k0r,46,500,tls_failed`: number, time in milliseconds and duration in base 36, status and error. The
 * last two are optional. The error is left out if the status implies it.
 */
function attemptLine(attempt: Attempt): string {
  const { number, at, durationMs, statusCode, error } = attempt;
  const code = error === impliedError(statusCode) ? '' : (error ?? '');
  const time = Date.parse(at).toString(RADIX);
  return [number, time, durationMs.toString(RADIX), statusCode ?? '', code].join(',');
}

function attemptOf(line: string): Attempt {
  const [number, time = '', duration = '', status = '', code = ''] = line.split(',');
  const statusCode = status === '' ? undefined : Number(status);
  const error = code === '' ? impliedError(statusCode) : code;
  return {
    number: Number(number),
    at: new Date(Number.parseInt(time, RADIX)).toISOString(),
    durationMs: Number.parseInt(duration, RADIX),
    ...(statusCode !== undefined && { statusCode }),
    ...(error !== undefined && { error }),
  };
}

/** The error that `classify` derives from this status alone. */
function impliedError(statusCode: number | undefined): string | undefined {
  switch (Math.floor((statusCode ?? 0) / 100)) {
    case 3:
      return 'redirect';
    case 4:
      return statusCode === 410 ? undefined : 'http_client_error';
    case 5:
      return 'http_server_error';
    default:
      return undefined;
  }
}
