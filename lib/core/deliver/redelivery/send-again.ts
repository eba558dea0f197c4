import type { NotificationState } from '../../../protocol/contract-words.ts';
import type { Endpoint } from '../../merchants/merchant-config.ts';
import { currentSpan } from '../../merchants/merchant-config.ts';
import { type EndpointId, NOTIFY_URL_ENDPOINT } from '../../model.ts';
import { OVERTAKEN, tryUnderRev } from '../../runtime/change-under-rev.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { msOf } from '../../time.ts';
import type { Dispatcher } from '../dispatcher.ts';
import { saveNotification } from '../state/fence.ts';
import { isDue, messageFor, type Notification } from '../state/notification.ts';
import type { NotificationStore } from '../state/notification-store.ts';
import { redeliver } from '../state/transitions.ts';
import type { Job, NotSentReason } from './redelivery-job.ts';

/** Sends one notification of a job again, at most once. */

export interface SendPorts {
  readonly notifications: Pick<NotificationStore, 'read' | 'save'>;
  readonly dispatcher: Pick<Dispatcher, 'sendNow'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** What to do with a notification: send it, or why not. `sent`: it was sent since the job began. */
export type Verdict = 'send' | 'sent' | NotSentReason;

/** Writes that may come between before the job gives the notification up. */
const MAX_TRIES = 5;

interface Sending {
  readonly job: Job;
  /** The notification as read. For one that is not there, `untried`. */
  readonly first: Notification;
  /** Whether it is not there. Default: it is. */
  readonly isAbsent?: boolean;
  /** Decides again on each state that is met. */
  readonly decide: (current: Notification) => Verdict;
}

/** Whether it was sent since the job began: now, by a step that died, or by another request. Otherwise why not. */
export async function sendAgain(
  ports: SendPorts,
  { job, first, isAbsent = false, decide }: Sending,
): Promise<'sent' | NotSentReason> {
  let current = first;
  let stored = isAbsent ? undefined : first;
  const result = await tryUnderRev(async () => {
    const verdict = decide(current);
    if (verdict !== 'send') return verdict;
    // With a clock that is behind, `startedAt` would precede the job, and a repeated step would not recognise it.
    const atMs = Math.max(ports.clock.now(), msOf(job.createdAt));
    const next = redeliver(current, { by: job.by, atMs });
    const written = await saveNotification(ports, next, stored);
    if (written.kind === 'overtaken') {
      stored = written.current;
      current = stored ?? current;
      return OVERTAKEN;
    }
    // If the process dies here, the item is due but unsent. The sweep finds it.
    if (isDue(next)) await ports.dispatcher.sendNow('retry', [messageFor(next)]);
    return 'sent';
  }, MAX_TRIES);
  return result === OVERTAKEN ? 'changed_meanwhile' : result;
}

/** Whether a request sent the notification since the job began. */
export function isSentSince(job: Job, { startedAt }: Notification): boolean {
  return startedAt >= job.createdAt;
}

/** Why nothing can be sent to the endpoint now. A transaction's own URL can always be tried. */
export function whyClosed(endpoints: readonly Endpoint[], endpointId: EndpointId): NotSentReason | undefined {
  if (endpointId === NOTIFY_URL_ENDPOINT) return undefined;
  const endpoint = endpoints.find((one) => one.endpointId === endpointId);
  if (endpoint === undefined || endpoint.deletedAt !== undefined) return 'endpoint_deleted';
  return currentSpan(endpoint).enabled ? undefined : 'endpoint_disabled';
}

/** Why a job that does not send notifications in this state leaves one alone. */
export function whyLeft(state: NotificationState): NotSentReason {
  switch (state) {
    case 'delivered':
      return 'already_delivered';
    case 'acknowledged':
      return 'already_acknowledged';
    case 'pending':
    case 'retrying':
      return 'still_trying';
    case 'exhausted':
    case 'blocked':
      return 'undelivered';
  }
}
