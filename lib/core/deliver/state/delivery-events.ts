import type { Lane } from '../../events.ts';
import type { Reporter } from '../../runtime/environment.ts';
import { msOf } from '../../time.ts';
import { alertKeyOf, isAboutAlert } from '../alerts/alert.ts';
import type { Notification } from './notification.ts';
import type { AttemptMade } from './transitions.ts';

interface ReportedAttempt {
  readonly made: AttemptMade;
  readonly lane: Lane;
  readonly notification: Notification;
  readonly kept: boolean;
}

/** Reports one wide event per attempt. */
export function reportAttempt(reporter: Reporter, options: ReportedAttempt): void {
  const { made, lane, notification, kept } = options;
  const { merchantId, transactionId, version, endpointId } = notification;
  const { outcome } = made;
  const sent = {
    endpointId,
    number: notification.attempts.at(-1)?.number ?? 0,
    result: outcome.result,
    ...('code' in outcome && { error: outcome.code }),
    ...('statusCode' in outcome && outcome.statusCode !== undefined && { statusCode: outcome.statusCode }),
    durationMs: Math.round(made.durationMs),
  };
  if (isAboutAlert(notification)) {
    const { state } = notification;
    reporter.report({ event: 'alert_attempt', ...alertKeyOf(notification), ...sent, state });
    return;
  }
  reporter.report({
    event: 'attempt',
    merchantId,
    transactionId,
    version,
    lane,
    ...sent,
    ...('detail' in outcome && outcome.detail !== undefined && { detail: outcome.detail }),
    sinceListedMs: Math.round(made.atMs - msOf(notification.listedAt)),
    state: notification.state,
    ...(notification.nextAttemptAt !== undefined && { nextAttemptAt: notification.nextAttemptAt }),
    kept,
  });
}

/** Reports to operators that a notification ended undelivered (`exhausted` or `blocked`). Other states: no event. */
export function reportEnd(
  reporter: Reporter,
  { notification, reason }: { readonly notification: Notification; readonly reason: string },
): void {
  const { merchantId, transactionId, version, endpointId, state } = notification;
  if (state !== 'exhausted' && state !== 'blocked') return;
  if (isAboutAlert(notification)) {
    const key = alertKeyOf(notification);
    reporter.report({ event: 'alert_undelivered', ...key, endpointId, state, reason });
    return;
  }
  reporter.report({ event: state, merchantId, transactionId, version, endpointId, reason });
}
