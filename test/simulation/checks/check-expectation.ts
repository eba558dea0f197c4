import { type EndpointId, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../../../lib/core/model.ts';
import { msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { Setting } from '../watches/settings-watch.ts';
import type { Evidence } from './check-evidence.ts';

/** The endpoints that expect an outcome, computed from the observed changes of settings and not by the service's code. */
interface Expectation {
  readonly surely: ReadonlySet<EndpointId>;
  readonly possibly: ReadonlySet<EndpointId>;
}

/** A change is stamped a moment before the table holds it. This close to a change, either setting may count. */
const AMBIGUOUS_MS = 10 * SECOND_MS;

export function expectationOf(
  { merchants, settings, stores }: Evidence,
  outcome: TerminalOutcome,
): Expectation {
  const [surely, possibly] = [new Set<EndpointId>(), new Set<EndpointId>()];
  const { merchantId } = outcome;
  const merchant = merchants.find((one) => one.merchantId === merchantId);
  const atMs = msOf(outcome.listedAt) + AMBIGUOUS_MS;
  for (const { endpointId } of merchant?.endpoints ?? []) {
    const all = settings.inForce({ merchantId, endpointId }, atMs);
    const isSettled = (all[0]?.fromMs ?? atMs) <= atMs - 2 * AMBIGUOUS_MS;
    if (all.some((setting) => asksFor(setting, outcome))) possibly.add(endpointId);
    if (isSettled && all.every((setting) => asksFor(setting, outcome))) surely.add(endpointId);
  }
  const notifyUrl = outcome.notifyUrl ?? pendingOf(stores.contents.outcomes.values(), outcome)?.notifyUrl;
  if (notifyUrl !== undefined) for (const ids of [surely, possibly]) ids.add(NOTIFY_URL_ENDPOINT);
  return { surely, possibly };
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
