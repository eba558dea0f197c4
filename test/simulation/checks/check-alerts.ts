import {
  type Alert,
  alertKeyOf,
  isAboutAlert,
  webhookIdOfAlert,
} from '../../../lib/core/deliver/alerts/alert.ts';
import { isOpen, type Notification } from '../../../lib/core/deliver/state/notification.ts';
import type { EndpointId, MerchantId } from '../../../lib/core/model.ts';
import { HOUR_MS, isoTime, MINUTE_MS, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { AlertType } from '../../../lib/protocol/alerts.ts';
import type { TimedEvent } from '../world/simulated-functions.ts';
import { type Evidence, endpointName, notificationName } from './check-evidence.ts';

interface Key {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

/** What happened to an endpoint, that its merchant must be told. */
interface Happened {
  readonly key: Key;
  readonly type: AlertType;
  /** When it was seen: at once after its state was written. */
  readonly atMs: number;
  /** Names this one. */
  readonly about: string;
}

/** An alert is put at most this long before its state is seen: the calls between may all be slow, and clocks differ. */
const BEFORE_MS = 2 * MINUTE_MS;
/** Settings this close to the event may count or not. */
const AMBIGUOUS_MS = 30 * SECOND_MS;

/** The promise of alerts: each exhausted notification and disabled endpoint has one, and nothing else has. */
export function alertsWrong(evidence: Evidence): string[] {
  const happened = [...exhausted(evidence), ...disabled(evidence)];
  return [
    ...happened.flatMap((one) => untold(evidence, one)),
    ...summariesWrong(evidence, happened),
    ...aboutNothing(evidence),
    ...notificationsWrong(evidence),
    ...toldUnasked(evidence),
    ...takenForOutcomes(evidence),
  ];
}

function exhausted({ events }: Evidence): Happened[] {
  return events
    .filter(
      (event): event is Extract<TimedEvent, { event: 'exhausted' | 'blocked' }> =>
        event.event === 'exhausted',
    )
    .filter(({ reason }) => reason !== 'reported_again')
    .map((event) => ({
      key: event,
      type: 'tidings.notification.exhausted',
      atMs: event.atMs,
      about: notificationName(event),
    }));
}

function disabled({ merchants, settings, byHand }: Evidence): Happened[] {
  return merchants.flatMap(({ merchantId, endpoints }) =>
    endpoints.flatMap(({ endpointId }) => {
      const key = { merchantId, endpointId };
      if (byHand.switchedOff.has(endpointName(key))) return [];
      return settings
        .of(key)
        .filter(({ enabled }, index, all) => !enabled && all[index - 1]?.enabled === true)
        .map(({ fromMs }) => ({
          key,
          type: 'tidings.endpoint.disabled' as const,
          atMs: fromMs,
          about: String(fromMs),
        }));
    }),
  );
}

/** Endpoints that surely asked for alerts of this kind at that time. The disabled endpoint itself is left out. */
function surelyAsked({ merchants, settings }: Evidence, { key, type, atMs }: Happened): EndpointId[] {
  const merchant = merchants.find(({ merchantId }) => merchantId === key.merchantId);
  return (merchant?.endpoints ?? [])
    .map(({ endpointId }) => endpointId)
    .filter((endpointId) => type !== 'tidings.endpoint.disabled' || endpointId !== key.endpointId)
    .filter((endpointId) => {
      const all = settings.inForce({ ...key, endpointId }, atMs + AMBIGUOUS_MS, BEFORE_MS + 2 * AMBIGUOUS_MS);
      const isSettled = (all[0]?.fromMs ?? atMs) <= atMs - BEFORE_MS - AMBIGUOUS_MS;
      return isSettled && all.every(({ enabled, types }) => enabled && types.includes('tidings.*'));
    });
}

/** The alerts of the hours in which it may have been put, without summaries. */
function alertsOf({ stores }: Evidence, { key, type, atMs }: Happened): Alert[] {
  const hours = [atMs - BEFORE_MS, atMs + BEFORE_MS].map(hourText);
  return [...stores.contents.alerts.values()]
    .filter(
      (alert) => alert.merchantId === key.merchantId && alert.type === type && alert.tally === undefined,
    )
    .filter(({ data }) => JSON.parse(data).endpointId === key.endpointId)
    .filter(({ at }) => hours.includes(hourText(msOf(at))));
}

const hourText = (ms: number) => isoTime(Math.floor(ms / HOUR_MS) * HOUR_MS);

function untold(evidence: Evidence, one: Happened): string[] {
  if (surelyAsked(evidence, one).length === 0 || alertsOf(evidence, one).length > 0) return [];
  return [`${one.about}: nobody was alerted of ${one.type} for ${endpointName(one.key)}`];
}

/** Repeats within an hour, at a distance from its ends, are counted by a summary. */
function summariesWrong(evidence: Evidence, happened: readonly Happened[]): string[] {
  const inside = happened.filter(({ atMs }) => hourText(atMs - BEFORE_MS) === hourText(atMs + BEFORE_MS));
  const asked = inside.filter((one) => surelyAsked(evidence, one).length > 0);
  const hours = Map.groupBy(asked, ({ key, type, atMs }) =>
    [endpointName(key), type, hourText(atMs)].join(' '),
  );
  return [...hours].flatMap(([name, repeats]) => {
    const times = new Set(repeats.map(({ about }) => about)).size;
    if (times < 2) return [];
    const summary = [...evidence.stores.contents.alerts.values()].find(
      ({ merchantId, tally }) =>
        tally !== undefined &&
        name === [`${merchantId}/${tally.endpointId}`, tally.type, tally.hour].join(' '),
    );
    if (summary === undefined) return [`${name}: ${times} times, and no summary`];
    const { count = Number.POSITIVE_INFINITY } = summary;
    return count < times ? [`${name}: ${times} times, and its summary counts ${count}`] : [];
  });
}

/** Never an alert about an alert, nor about what is not there. */
function aboutNothing({ stores }: Evidence): string[] {
  const { alerts, outcomes } = stores.contents;
  const names = new Set(
    [...outcomes.values()].map(({ merchantId, transactionId }) => `${merchantId} ${transactionId}`),
  );
  return [...alerts.values()].flatMap(({ merchantId, alertId, data }) => {
    const { transactionId } = JSON.parse(data) as { readonly transactionId?: string };
    if (transactionId === undefined || names.has(`${merchantId} ${transactionId}`)) return [];
    return [`the alert ${alertId} is about ${transactionId}, which is no transaction`];
  });
}

/** Each notification of an alert came to its end, and a delivered one reached its receiver. */
function notificationsWrong({ stores, merchants, without }: Evidence): string[] {
  const { notifications, alerts } = stores.contents;
  const own = [...notifications.values()].filter(isAboutAlert);
  const accepted = new Set(
    merchants
      .flatMap(({ endpoints }) => endpoints.flatMap(({ receivers }) => [...receivers.values()]))
      .flatMap((receiver) => [...receiver.accepted.keys()]),
  );
  const nameOf = (one: Notification) => `the alert ${one.transactionId} for ${one.endpointId}`;
  const isEmpty = ({ merchantId, alertId }: Alert) =>
    !own.some((one) => one.merchantId === merchantId && one.transactionId === alertId);
  return [
    ...[...alerts.values()].filter(isEmpty).map(({ alertId }) => `the alert ${alertId} has no notification`),
    ...own
      .filter((one) => isOpen(one) && without.sweep !== true)
      .map((one) => `${nameOf(one)} is ${one.state}`),
    ...own
      .filter((one) => one.state === 'delivered' && !accepted.has(webhookIdOfAlert(alertKeyOf(one))))
      .map((one) => `${nameOf(one)} is delivered, and no receiver said yes`),
  ];
}

/** Receivers get only alerts that exist, of their own merchant, and that their settings asked for when they were put. */
function toldUnasked({ merchants, stores, settings }: Evidence): string[] {
  const byWebhookId = new Map(
    [...stores.contents.alerts.values()].map((one) => [webhookIdOfAlert(one), one]),
  );
  return merchants.flatMap(({ merchantId, endpoints }) =>
    endpoints.flatMap(({ endpointId, receivers }) =>
      [...receivers.values()].flatMap((receiver) =>
        [...receiver.alerts].flatMap(([id, { data }]) => {
          const alert = byWebhookId.get(id);
          const name = `an alert about ${data.merchantId} was told to ${merchantId}/${endpointId}`;
          if (alert?.merchantId !== merchantId) return [name];
          const all = settings.inForce(
            { merchantId, endpointId },
            msOf(alert.at) + AMBIGUOUS_MS,
            2 * AMBIGUOUS_MS,
          );
          const isAsked = all.some(({ enabled, types }) => enabled && types.includes('tidings.*'));
          return isAsked ? [] : [`${name}, which had not asked for it`];
        }),
      ),
    ),
  );
}

/** Events about messages, which name what the message is about. */
const OF_MESSAGES: ReadonlySet<string> = new Set(['message_superseded', 'message_dropped']);

/** No event or count of outcomes has an alert, and no job sends one again. */
function takenForOutcomes({ events, stores, counts }: Evidence): string[] {
  const named = events.filter(
    (event) => !OF_MESSAGES.has(event.event) && 'transactionId' in event && isAboutAlert(event),
  );
  const counted = [...counts.stored.values()].filter(({ notification }) => isAboutAlert(notification));
  const again = [...stores.contents.notifications.values()].filter(
    (one) => isAboutAlert(one) && one.lastRequest !== undefined,
  );
  return [
    ...counted.map(({ notification }) => `an attempt of the alert ${notification.transactionId} was counted`),
    ...named.map((event) => `an alert was taken for an outcome: ${JSON.stringify(event)}`),
    ...again.map(({ transactionId }) => `the alert ${transactionId} was acknowledged or sent again`),
  ];
}
