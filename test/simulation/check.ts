import type { MemoryStores } from '../../lib/adapters/memory/stores.ts';
import { webhookIdOf } from '../../lib/core/callback.ts';
import { createDigestSum, type DigestSum, sameGroups } from '../../lib/core/digest.ts';
import type { ServiceEvent } from '../../lib/core/events.ts';
import { expectedEndpoints } from '../../lib/core/expected.ts';
import { isTerminal, type Outcome, type TerminalOutcome } from '../../lib/core/model.ts';
import { isOpen, type Notification } from '../../lib/core/notification.ts';
import { delaysOf } from '../../lib/core/schedule.ts';
import { isoTime } from '../../lib/core/time.ts';
import { feedRows, windowOf, windowStart } from '../../lib/core/windows.ts';
import { FEED_LAG_SECONDS, WINDOW_SECONDS } from './functions.ts';
import type { Lanes } from './lanes.ts';
import type { SimulatedMerchant } from './merchants.ts';

export interface Findings {
  /** Expected notifications that are neither settled nor exhausted after the drain, and records that are gone. */
  readonly lost: number;
  /** Messages and schedules that are left after the drain, and rows seen by another merchant. */
  readonly leaked: number;
  /** Every broken promise, as a sentence. */
  readonly broken: readonly string[];
}

interface Evidence {
  readonly stores: MemoryStores;
  readonly events: readonly ServiceEvent[];
  readonly merchants: readonly SimulatedMerchant[];
  readonly acknowledged: readonly Outcome[];
  readonly acknowledgedByHand: ReadonlySet<string>;
  readonly lanes: Lanes;
  readonly nowMs: number;
}

/** Holds the promises against what is left after the drain. */
export async function check(evidence: Evidence): Promise<Findings> {
  const gone = recordsGone(evidence);
  const { unsettled, wrong } = await notificationsWrong(evidence);
  const { merchants, lanes } = evidence;
  const leaks = [
    ...[...lanes.held].map(({ body }) => `a message is left: ${body}`),
    ...[...lanes.schedules].map((name) => `a schedule is left: ${name}`),
  ];
  const receivers = merchants.flatMap(({ receivers: all }) =>
    [...all.values()].flatMap(({ broken }) => broken),
  );
  const windows = await windowsWrong(evidence);
  return {
    lost: gone.length + unsettled.length,
    leaked: leaks.length,
    broken: [...gone, ...unsettled, ...wrong, ...leaks, ...receivers, ...windows, ...twoEnds(evidence)],
  };
}

const nameOf = (outcome: { merchantId: string; transactionId: string; version: number }) =>
  `${outcome.merchantId}/${outcome.transactionId} v${outcome.version}`;

/** Promise 1: what was acknowledged stands, as it was acknowledged. */
function recordsGone({ acknowledged, stores }: Evidence): string[] {
  const standing = [...stores.held.outcomes.values()];
  return acknowledged
    .filter((outcome) => {
      const found = standing.find((one) => nameOf(one) === nameOf(outcome));
      return JSON.stringify(found) !== JSON.stringify(outcome);
    })
    .map((outcome) => `${nameOf(outcome)} was acknowledged and does not stand`);
}

function twoEnds({ stores }: Evidence): string[] {
  const ends = [...stores.held.outcomes.values()].filter(isTerminal);
  const names = ends.map(({ merchantId, transactionId }) => `${merchantId}/${transactionId}`);
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} has two ends`);
}

/** Promises 2 and 3: every expected notification came to an end that is true. */
async function notificationsWrong(evidence: Evidence) {
  const { stores, merchants, events } = evidence;
  const unsettled: string[] = [];
  const wrong: string[] = [];
  for (const outcome of [...stores.held.outcomes.values()].filter(isTerminal)) {
    const merchant = merchants.find(({ merchantId }) => merchantId === outcome.merchantId);
    const config = await stores.merchants.read(outcome.merchantId);
    if (merchant === undefined || config === undefined) continue;
    const { outcomes } = await stores.outcomes.transaction(outcome);
    const notifyUrl = outcome.notifyUrl ?? outcomes[0]?.notifyUrl;
    for (const endpointId of expectedEndpoints(outcome, config, notifyUrl)) {
      const name = `${nameOf(outcome)} for ${endpointId}`;
      const notification = await stores.notifications.read({ ...outcome, endpointId });
      if (notification === undefined || isOpen(notification)) {
        unsettled.push(`${name} is ${notification?.state ?? 'not there'}`);
        continue;
      }
      const isAccepted = merchant.receiverOf(endpointId)?.accepted.has(webhookIdOf(outcome)) === true;
      const untrue = untruth(evidence, { outcome, notification, isAccepted });
      if (untrue !== undefined) wrong.push(`${name} ${untrue}`);
      const isTold = events.some(
        (event) =>
          event.event === notification.state &&
          'transactionId' in event &&
          event.transactionId === outcome.transactionId &&
          'endpointId' in event &&
          event.endpointId === endpointId,
      );
      const mustBeTold = notification.state === 'exhausted' || notification.state === 'blocked';
      if (mustBeTold && !isTold) wrong.push(`${name} is ${notification.state}, and nobody was told`);
    }
  }
  return { unsettled, wrong };
}

function untruth(
  evidence: Evidence,
  found: {
    readonly outcome: TerminalOutcome;
    readonly notification: Notification;
    readonly isAccepted: boolean;
  },
): string | undefined {
  const { outcome, notification, isAccepted } = found;
  const byHand = evidence.acknowledgedByHand.has(`${outcome.merchantId}#${outcome.transactionId}`);
  switch (notification.state) {
    case 'delivered':
      return isAccepted ? undefined : 'is delivered, and no receiver said yes';
    case 'acknowledged':
      return byHand ? undefined : 'is acknowledged, and nobody did';
    case 'exhausted':
      return endedEarly(evidence, found) ? 'is exhausted before its schedule was used up' : undefined;
    case 'blocked':
      return 'is blocked, and no endpoint is gone';
    default:
      return undefined;
  }
}

/** The schedule was gone through, or its horizon had passed while the endpoint was known to be dead. */
function endedEarly(
  { merchants, events }: Evidence,
  { outcome, notification }: { readonly outcome: TerminalOutcome; readonly notification: Notification },
): boolean {
  const merchant = merchants.find(({ merchantId }) => merchantId === outcome.merchantId);
  const isHorizon = events.some(
    (event) =>
      event.event === 'exhausted' &&
      event.reason === 'horizon_passed' &&
      event.transactionId === notification.transactionId,
  );
  return !isHorizon && notification.attemptsMade !== delaysOf(merchant?.schedule ?? 'wechat').length + 1;
}

/** Promise 4: closed windows say what the table holds, and none had to be revised. */
async function windowsWrong({ stores, merchants, events, nowMs }: Evidence): Promise<string[]> {
  const wrong = events
    .filter((event) => event.event === 'window_revised')
    .map((event) => `a closed window had to be revised: ${JSON.stringify(event)}`);
  const to = isoTime(nowMs - (FEED_LAG_SECONDS + 2 * WINDOW_SECONDS) * 1000);
  for (const { merchantId } of merchants) {
    const sums = new Map<number, DigestSum>();
    for await (const row of feedRows(stores.feed, { merchantId, feedShards: 1, from: isoTime(0), to })) {
      const startMs = windowStart(Date.parse(row.listedAt ?? ''), WINDOW_SECONDS);
      const sum = sums.get(startMs) ?? createDigestSum();
      sum.add(row);
      sums.set(startMs, sum);
    }
    const windows = [...sums].map(([startMs, sum]) =>
      windowOf(sum, { merchantId, startMs, windowSeconds: WINDOW_SECONDS }),
    );
    for (const window of windows.filter(({ end }) => end <= to)) {
      const stands = await stores.windows.read(merchantId, window.start);
      if (stands === undefined || !sameGroups(stands.groups, window.groups)) {
        wrong.push(`the window ${window.start} of ${merchantId} ${stands ? 'differs' : 'was never closed'}`);
      }
    }
  }
  return wrong;
}
