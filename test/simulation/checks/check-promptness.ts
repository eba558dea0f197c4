import { windowStart } from '../../../lib/core/feed/window.ts';
import { type EndpointId, isTerminal, type TerminalOutcome } from '../../../lib/core/model.ts';
import { MINUTE_MS, msOf } from '../../../lib/core/time.ts';
import { CLOCK_TOLERANCE_MS } from '../../../lib/protocol/table/clock-skew.ts';
import { QUIET_FROM_MS } from '../stories/stories.ts';
import type { TimedEvent } from '../world/simulated-functions.ts';
import { type Evidence, notificationName, outcomeName, receiversOf } from './check-evidence.ts';
import { expectationOf } from './check-expectation.ts';

type First = Extract<TimedEvent, { event: 'attempt' }>;

/** Longest time from listing to the first attempt on quiet days. */
const PROMPT_MS = MINUTE_MS;

/** Promise 6: while one endpoint is dead for days, all others get their callbacks at once. */
export function delayed(evidence: Evidence): string[] {
  const { stores, events } = evidence;
  const firsts = new Map(
    events
      .filter((event): event is First => event.event === 'attempt' && event.number === 1)
      .map((event) => [notificationName(event), event.sinceListedMs]),
  );
  const quiet = [...stores.contents.outcomes.values()]
    .filter(isTerminal)
    .filter(({ listedAt }) => msOf(listedAt) >= QUIET_FROM_MS);
  return quiet.flatMap((outcome) =>
    [...expectationOf(evidence, outcome).surely]
      .map((endpointId) => ({ ...outcome, endpointId }))
      .filter((key) => [...receiversOf(evidence, key).values()].every(({ wasDead }) => !wasDead))
      .filter((key) => !((firsts.get(notificationName(key)) ?? Number.POSITIVE_INFINITY) <= PROMPT_MS))
      .map((key) => `${notificationName(key)} was not told at once, though it was neither dead nor slow`),
  );
}

/** From listing until a dead endpoint is probed: the longest pause between probes, with a margin. */
const ASKED_MS = 60 * MINUTE_MS;

/** A breaker saves requests to a dead endpoint, but keeps probing. Without probes it could never close again. */
export function neverAsked(evidence: Evidence): string[] {
  return [...evidence.stores.contents.outcomes.values()]
    .filter(isTerminal)
    .filter(({ listedAt }) => msOf(listedAt) >= QUIET_FROM_MS)
    .flatMap((outcome) =>
      [...expectationOf(evidence, outcome).surely]
        .filter((endpointId) => !isAcknowledged(evidence, { ...outcome, endpointId }))
        .filter((endpointId) => isLeftAlone(evidence, { ...outcome, endpointId }))
        .map((endpointId) => notificationName({ ...outcome, endpointId }))
        .map(
          (name) => `${name} was listed, and in an hour its dead endpoint was not asked whether it is back`,
        ),
    );
}

/** The shop found it by itself: nothing has to be sent any more, so nothing probes. */
function isAcknowledged({ stores }: Evidence, notification: Expected): boolean {
  const name = notificationName(notification);
  const stored = [...stores.contents.notifications.values()].find((one) => notificationName(one) === name);
  return stored?.state === 'acknowledged' && stored.attemptsMade === 0;
}

function isLeftAlone(evidence: Evidence, notification: Expected): boolean {
  // The clock that stamped it may be ahead: its own first attempt may then seem to come before it was listed.
  const offMs = evidence.story.clocksDiffer ? CLOCK_TOLERANCE_MS : 0;
  const fromMs = msOf(notification.listedAt) - offMs;
  const untilMs = fromMs + offMs + ASKED_MS;
  const receivers = receiversOf(evidence, notification);
  const settings = evidence.settings.inForce(notification, untilMs, ASKED_MS);
  const urls = settings.length === 0 ? [...receivers.keys()].slice(0, 1) : settings.map(({ url }) => url);
  return urls.every((url) => {
    const { wasDead = false, revivedAtMs = Number.POSITIVE_INFINITY, vainMs = [] } = receivers.get(url) ?? {};
    const isDead = wasDead && revivedAtMs > untilMs && settings.every(({ enabled }) => enabled);
    return isDead && !vainMs.some((atMs) => atMs >= fromMs && atMs <= untilMs);
  });
}

type Expected = TerminalOutcome & { readonly endpointId: EndpointId };

/** Below this number, late notifications look like lost ones, unless the lanes report a backlog. */
const BEHIND_COUNT = 10;

/** Late notifications are not counted as lost. */
export function miscounted(evidence: Evidence): string[] {
  const { events, story, stores, byHand } = evidence;
  const { backlog, windowSeconds } = story;
  if (backlog === undefined) return [];
  const late = [...stores.contents.outcomes.values()]
    .filter(isTerminal)
    .filter(({ listedAt }) => msOf(listedAt) >= backlog.fromMs && msOf(listedAt) < backlog.untilMs);
  const sentMeanwhile = new Set(
    events
      .filter((event) => event.event === 'attempt' && event.atMs < backlog.untilMs)
      .map((event) => notificationName(event as TimedEvent & First)),
  );
  // The audit decides for each merchant separately.
  const windows = Map.groupBy(
    late,
    ({ merchantId, listedAt }) => `${merchantId} ${windowStart(msOf(listedAt), windowSeconds)}`,
  );
  const surelyBehind = [...windows.values()].filter(
    (rows) =>
      backlog.of === 'first lane' ||
      // Outcomes that a shop asked for and acknowledged meanwhile are not missing.
      rows
        .filter(({ merchantId, transactionId }) => !byHand.acknowledged.has(`${merchantId}/${transactionId}`))
        .flatMap((row) =>
          [...expectationOf(evidence, row).surely].map((endpointId) =>
            notificationName({ ...row, endpointId }),
          ),
        )
        // A replay reads the feed, and needs no stream.
        .filter((name) => !sentMeanwhile.has(name)).length >= BEHIND_COUNT,
  );
  const names = new Set(surelyBehind.flat().map(outcomeName));
  return events
    .filter(
      (event) => event.event === 'lost' && event.atMs < backlog.untilMs && names.has(outcomeName(event)),
    )
    .map((event) => `what was late was counted as lost: ${JSON.stringify(event)}`);
}
