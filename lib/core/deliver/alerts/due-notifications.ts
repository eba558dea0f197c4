import { type Notification, untried } from '../state/notification.ts';
import { alertSubject } from './alert.ts';
import type { NewAlert } from './alert-store.ts';

/** The notifications that are put together with an alert. They are due, so the sweep finds what nobody sends. */
export function dueNotifications({ alert, endpointIds, dueAt }: NewAlert): readonly Notification[] {
  const subject = alertSubject(alert);
  return endpointIds.map((endpointId) => ({
    ...untried({ ...subject, endpointId }, alert.at),
    // A summary waits until its hour is over.
    startedAt: dueAt,
    nextAttemptAt: dueAt,
  }));
}
