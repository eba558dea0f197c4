import { expectedEndpoints } from '../../../lib/core/deliver/expected-endpoints.ts';
import { isOpen, type Notification } from '../../../lib/core/deliver/state/notification.ts';
import { isTerminal, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../../../lib/core/model.ts';
import { delaysOf, type Schedule, totalSeconds } from '../../../lib/core/schedule.ts';
import { MINUTE_MS, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import { webhookIdOf } from '../../../lib/protocol/event-names.ts';
import { CLOCK_TOLERANCE_MS } from '../../../lib/protocol/table/clock-skew.ts';
import type { TimedEvent } from '../world/simulated-functions.ts';
import { type Evidence, notificationName, outcomeName, receiversOf, scheduleOf } from './check-evidence.ts';
import { expectationOf } from './check-expectation.ts';

type End = Extract<TimedEvent, { event: 'exhausted' | 'blocked' }>;

/** A refusal reads the settings again. A few calls lie between that read and the event. */
const LOOKED_UP_MS = 3 * SECOND_MS;

/** Promises 2 and 3: every expected notification, and every replayed one, reached a final state that is correct. */
export async function notificationsWrong(evidence: Evidence) {
  const { stores, events, leaver } = evidence;
  const ends = Map.groupBy(
    events
      .filter((event): event is End => event.event === 'exhausted' || event.event === 'blocked')
      .filter(({ merchantId }) => merchantId !== leaver?.merchantId),
    notificationName,
  );
  const there = Map.groupBy(stores.contents.notifications.values(), outcomeName);
  const unsettled: string[] = [];
  const wrong: string[] = [];
  for (const outcome of [...stores.contents.outcomes.values()].filter(isTerminal)) {
    const config = await stores.merchants.read(outcome.merchantId);
    const { merchantId, transactionId } = outcome;
    const notifyUrl = [...stores.contents.outcomes.values()].findLast(
      (one) => one.merchantId === merchantId && one.transactionId === transactionId && one.notifyUrl,
    )?.notifyUrl;
    // Checked independently, so that errors of the service's own code are found in both directions.
    const expected = new Set([
      ...expectationOf(evidence, outcome).surely,
      ...(config === undefined ? [] : expectedEndpoints(outcome, config, notifyUrl)),
      // Also those that were made by a replay.
      ...(there.get(outcomeName(outcome)) ?? []).map(({ endpointId }) => endpointId),
    ]);
    for (const endpointId of expected) {
      const name = notificationName({ ...outcome, endpointId });
      const notification = await stores.notifications.read({ ...outcome, endpointId });
      if (notification === undefined || isOpen(notification)) {
        unsettled.push(`${name} is ${notification?.state ?? 'not there'}`);
        continue;
      }
      const told = (ends.get(name) ?? []).filter(({ event }) => event === notification.state);
      const untrue = untruth(evidence, { outcome, notification, told });
      if (untrue !== undefined) wrong.push(`${name} ${untrue}`);
    }
  }
  for (const [name, told] of ends) {
    wrong.push(...told.flatMap((end) => endWrong(evidence, end)).map((text) => `${name} ${text}`));
  }
  return { unsettled, wrong };
}

function untruth(
  evidence: Evidence,
  found: {
    readonly outcome: TerminalOutcome;
    readonly notification: Notification;
    /** The events that report this final state. */
    readonly told: readonly End[];
  },
): string | undefined {
  const { outcome, notification, told } = found;
  const { merchantId, transactionId } = outcome;
  const receivers = [...receiversOf(evidence, notification).values()];
  switch (notification.state) {
    case 'delivered':
      return receivers.some(({ accepted }) => accepted.has(webhookIdOf(outcome)))
        ? undefined
        : 'is delivered, and no receiver said yes';
    case 'acknowledged':
      return evidence.byHand.acknowledged.has(`${merchantId}/${transactionId}`)
        ? undefined
        : 'is acknowledged, and nobody did';
    case 'exhausted':
      if (told.length === 0) return 'is exhausted, and nobody was told';
      return endedEarly(evidence, notification, told)
        ? 'is exhausted before its schedule was used up'
        : undefined;
    case 'blocked':
      return told.length === 0 ? 'is blocked, and nobody was told' : undefined;
    default:
      return undefined;
  }
}

/** Neither were all attempts of the schedule made, nor did the horizon pass while the endpoint was known to be dead. */
function endedEarly(evidence: Evidence, notification: Notification, told: readonly End[]): boolean {
  const schedule = scheduleOf(evidence, notification);
  const offMs = evidence.story.clocksDiffer ? CLOCK_TOLERANCE_MS : 0;
  if (isUsedUp(notification, schedule, offMs)) return false;
  return !told.some(
    ({ reason, atMs }) =>
      (reason === 'horizon_passed' || reason === 'reported_again') &&
      atMs >= msOf(notification.startedAt) + horizonMs(evidence, notification),
  );
}

/**
 * Whether exactly the attempts of the schedule were made since the latest redelivery, or in all if there was none. Not since
 * `startedAt`: the audit may create the notification while its first request is under way, and that attempt counts.
 *
 * @param offMs how far the clocks that stamped the redelivery and the attempts may differ
 */
export function isUsedUp(
  { attempts, lastRequest }: Pick<Notification, 'attempts' | 'lastRequest'>,
  schedule: Schedule,
  offMs: number,
): boolean {
  // An attempt that the first lane handed over does not count in the schedule.
  const made = attempts.filter(({ error }) => error !== 'handed_over');
  const count = delaysOf(schedule).length + 1;
  const [before, first] = [made.at(-count - 1), made.at(-count)];
  if (first === undefined) return false;
  if (lastRequest?.action !== 'redeliver') return before === undefined;
  const begunMs = msOf(lastRequest.at);
  return msOf(first.at) >= begunMs - offMs && (before === undefined || msOf(before.at) < begunMs + offMs);
}

/** The longest duration of the schedule with jitter, plus an hour. */
function horizonMs(evidence: Evidence, notification: Notification): number {
  return totalSeconds(scheduleOf(evidence, notification)) * 1.1 * SECOND_MS + 60 * MINUTE_MS;
}

/** A notification is exhausted or blocked only for a reason that was true at that moment. */
function endWrong(evidence: Evidence, end: End): string[] {
  const { settings } = evidence;
  const receivers = [...receiversOf(evidence, end).values()];
  switch (end.reason) {
    case 'horizon_passed':
      // Within the hour of grace a breaker probes repeatedly, so an endpoint that is back is noticed.
      return receivers.some(({ isDead }) => isDead) || wasDead(receivers, end.atMs)
        ? []
        : ['was given up as dead, and its receiver was back for long'];
    case 'gone':
      return receivers.some(({ sentAway }) => sentAway.has(webhookIdOf(end)))
        ? []
        : ['was blocked as gone, and no receiver said so'];
    case 'endpoint_disabled': {
      if (end.endpointId === NOTIFY_URL_ENDPOINT) return ['was blocked as disabled, and is no endpoint'];
      return settings.inForce(end, end.atMs, LOOKED_UP_MS).some(({ enabled }) => !enabled)
        ? []
        : ['was blocked as disabled, and its endpoint was not'];
    }
    default:
      return end.event === 'blocked' && end.reason !== 'reported_again'
        ? [`was blocked for ${end.reason}`]
        : [];
  }
}

function wasDead(receivers: Iterable<{ readonly revivedAtMs: number | undefined }>, atMs: number): boolean {
  return [...receivers].some(
    ({ revivedAtMs }) => revivedAtMs !== undefined && revivedAtMs > atMs - 60 * MINUTE_MS,
  );
}
