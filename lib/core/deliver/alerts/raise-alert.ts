import { asksForAlert } from '../../../protocol/alerts.ts';
import { currentSpan, type MerchantConfig } from '../../merchants/merchant-config.ts';
import type { EndpointId } from '../../model.ts';
import type { Clock, Reporter } from '../../runtime/environment.ts';
import type { Dispatcher } from '../dispatcher.ts';
import { messageFor, type NotificationMessage, untried } from '../state/notification.ts';
import { alertSubject, isAboutAlert } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import {
  aboutOf,
  alertTypeOf,
  firstAlert,
  leftOut,
  merchantOf,
  type News,
  type PreparedAlert,
  summaryAlert,
  tallyOf,
} from './news.ts';

export interface RaisingPorts {
  readonly alerts: Pick<AlertStore, 'put' | 'read' | 'note'>;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/**
 * Puts the alert for a piece of news, before the state that the alert reports is written: a process that dies in between
 * does both again. The first news of an hour gets an alert at once. Further ones are noted, and counted by a summary after
 * the hour. Nothing is written if no endpoint asked for alerts of this type.
 *
 * @returns the messages to send once the state is written. If they are not sent, the sweep finds the notifications
 */
export async function raiseAlert(
  ports: RaisingPorts,
  { endpoints }: Pick<MerchantConfig, 'endpoints'>,
  news: News,
): Promise<readonly NotificationMessage[]> {
  const endpointIds = subscribers(endpoints, news);
  if (endpointIds.length === 0) return [];
  const nowMs = ports.clock.now();
  const merchantId = merchantOf(news);
  const tally = tallyOf(news, nowMs);
  const about = aboutOf(news);
  // Before the alert: a summary that exists can count everything that made it.
  if (tally !== undefined) await ports.alerts.note({ merchantId, tally, about });
  const first = firstAlert(news, nowMs);
  if (await putIfAbsent(ports, first, endpointIds)) return messagesOf(first, endpointIds);
  const earlier = await ports.alerts.read(first.alert);
  if (tally !== undefined && earlier?.about !== about) {
    await putIfAbsent(ports, summaryAlert(merchantId, tally, nowMs), endpointIds);
  }
  return [];
}

/** Sends what {@link raiseAlert} returned. Best effort: what is not sent is due, and the sweep finds it. */
export async function sendAlert(
  { dispatcher, clock }: { readonly dispatcher: Pick<Dispatcher, 'sendAt'>; readonly clock: Clock },
  messages: readonly NotificationMessage[],
): Promise<void> {
  const nowMs = clock.now();
  await Promise.allSettled(messages.map((message) => dispatcher.sendAt(message, nowMs)));
}

/** Whether any endpoint asks for this alert now. */
export const isAskedFor = (news: News, { endpoints }: Pick<MerchantConfig, 'endpoints'>): boolean =>
  subscribers(endpoints, news).length > 0;

function subscribers(endpoints: MerchantConfig['endpoints'], news: News): readonly EndpointId[] {
  // Never an alert about an alert: a receiver that is down would be told of it without end.
  if (news.kind === 'exhausted' && isAboutAlert(news.notification)) return [];
  return endpoints
    .filter((endpoint) => {
      const { enabled, types } = currentSpan(endpoint);
      return enabled && endpoint.deletedAt === undefined && asksForAlert(types, alertTypeOf(news));
    })
    .map(({ endpointId }) => endpointId)
    .filter((endpointId) => endpointId !== leftOut(news));
}

/** Reads first: a refused transaction costs more than a read, and in bad hours most are refused. */
async function putIfAbsent(
  { alerts, reporter }: RaisingPorts,
  { alert, dueAt }: PreparedAlert,
  endpointIds: readonly EndpointId[],
): Promise<boolean> {
  if ((await alerts.read(alert)) !== undefined) return false;
  if (!(await alerts.put({ alert, endpointIds, dueAt }))) return false;
  const { merchantId, alertId, type } = alert;
  reporter.report({ event: 'alert_raised', merchantId, alertId, type });
  return true;
}

function messagesOf({ alert }: PreparedAlert, endpointIds: readonly EndpointId[]) {
  const subject = alertSubject(alert);
  return endpointIds.map((endpointId) => messageFor(untried({ ...subject, endpointId }, alert.at)));
}
