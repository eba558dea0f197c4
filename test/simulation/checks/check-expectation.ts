import { type EndpointId, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../../../lib/core/model.ts';
import { msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { AnsweredChange } from '../watches/change-watch.ts';
import type { Setting } from '../watches/settings-watch.ts';
import type { Evidence } from './check-evidence.ts';

/** The endpoints that expect an outcome, computed from the observed changes of settings and not by the service's code. */
interface Expectation {
  readonly surely: ReadonlySet<EndpointId>;
  readonly possibly: ReadonlySet<EndpointId>;
}

/** A change is stamped a moment before the table holds it. This close to a change, either setting may count. */
const AMBIGUOUS_MS = 10 * SECOND_MS;
/**
 * What a change adds is in force this long after the table first held it. Each write that was not answered in time is
 * dated anew, up to 18 s after the change began. The clock that dates it may be 2 s ahead.
 */
const LAST_DATE_MS = 20 * SECOND_MS;
/** A change made within this time after an outcome may be dated before it. */
const NEXT_CHANGE_MS = 10 * SECOND_MS;

export function expectationOf(evidence: Evidence, outcome: TerminalOutcome): Expectation {
  const { byHand, merchants, settings, stores } = evidence;
  const { merchantId } = outcome;
  const merchant = merchants.find((one) => one.merchantId === merchantId);
  const promised = byHand.changes.answered.filter((change) => isPromised(evidence, outcome, change));
  const surely = new Set(promised.map(({ endpointId }) => endpointId));
  const possibly = new Set<EndpointId>();
  const listedMs = msOf(outcome.listedAt);
  const untilMs = listedMs + AMBIGUOUS_MS;
  for (const { endpointId } of merchant?.endpoints ?? []) {
    const key = { merchantId, endpointId };
    const near = settings.inForce(key, untilMs, 2 * AMBIGUOUS_MS);
    if (near.some((setting) => asksFor(setting, outcome))) possibly.add(endpointId);
    const all = settings.inForce(key, untilMs, AMBIGUOUS_MS + LAST_DATE_MS);
    const isSettled = (all[0]?.fromMs ?? untilMs) <= listedMs - LAST_DATE_MS;
    if (isSettled && all.every((setting) => asksFor(setting, outcome))) surely.add(endpointId);
  }
  const notifyUrl = outcome.notifyUrl ?? pendingOf(stores.contents.outcomes.values(), outcome)?.notifyUrl;
  if (notifyUrl !== undefined) for (const ids of [surely, possibly]) ids.add(NOTIFY_URL_ENDPOINT);
  return { surely, possibly };
}

/** Whether an answered change says that the outcome is for its endpoint: it was listed afterwards, and nothing changed again. */
export function isPromised(evidence: Evidence, outcome: TerminalOutcome, change: AnsweredChange): boolean {
  return (
    isAfter(evidence, outcome, change) &&
    asksFor(change.wanted, outcome) &&
    !isChangedAgain(evidence, change, msOf(outcome.listedAt))
  );
}

/** Ordered by stamps. Two clocks may differ, so the order of events in the run can be another one. */
function isAfter({ story }: Evidence, { merchantId, listedAt }: TerminalOutcome, change: AnsweredChange) {
  if (merchantId !== change.merchantId) return false;
  if (!story.clocksDiffer) return msOf(listedAt) >= change.answeredMs;
  return listedAt >= change.inForceFrom && msOf(listedAt) >= change.answeredMs;
}

/** Includes the time in which the answer was held: an endpoint may answer 410 at any time. */
function isChangedAgain({ settings }: Evidence, change: AnsweredChange, listedMs: number): boolean {
  const { answeredMs, wanted } = change;
  const all = settings.of(change);
  const answered = all.findLast(({ fromMs }) => fromMs <= answeredMs);
  const isReplaced = answered?.enabled !== wanted.enabled || answered.types.join() !== wanted.types.join();
  return isReplaced || all.some(({ fromMs }) => fromMs > answeredMs && fromMs <= listedMs + NEXT_CHANGE_MS);
}

function pendingOf(
  outcomes: Iterable<{
    readonly merchantId: string;
    readonly transactionId: string;
    readonly notifyUrl?: string;
  }>,
  { merchantId, transactionId }: TerminalOutcome,
) {
  return [...outcomes].find((one) => one.merchantId === merchantId && one.transactionId === transactionId);
}

export function asksFor(
  { enabled, types }: Pick<Setting, 'enabled' | 'types'>,
  { transactionType, status }: TerminalOutcome,
): boolean {
  const names = ['*', `${transactionType}.*`, `${transactionType}.${status.toLowerCase()}`];
  return enabled && types.some((type) => names.includes(type));
}
