import { STATE } from '../../../lib/core/counts/attempt-counts.ts';
import { ALL, type CountRow } from '../../../lib/core/counts/count-store.ts';
import { isAboutAlert } from '../../../lib/core/deliver/alerts/alert.ts';
import type { Notification } from '../../../lib/core/deliver/state/notification.ts';
import { windowStart } from '../../../lib/core/feed/window.ts';
import { isTerminal, type MerchantId } from '../../../lib/core/model.ts';
import { progressOf } from '../../../lib/core/query/overview/marks-through.ts';
import { isoTime, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { Evidence } from './check-evidence.ts';
import { expectationOf } from './check-expectation.ts';

const EVER = { from: '2000-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };

/**
 * The states that are counted are those that are stored, for each endpoint and hour and for the whole service. What the audit
 * expects of the windows that it has read is what is stored of them, and the count of the whole service says the same.
 */
export async function statesWrong(evidence: Evidence): Promise<string[]> {
  const { stores, merchants, leaver } = evidence;
  const stored = [...stores.contents.notifications.values()].filter(isCounted);
  const expected = new Map<string, number>();
  for (const { merchantId, endpointId, listedAt, state } of stored)
    add(expected, `${merchantId} ${endpointId} ${listedAt.slice(0, 13)} ${state}`, 1);
  // The counts of the whole service keep those of an erased merchant as they were last.
  const deleted = [...(leaver?.notifications.values() ?? [])].filter(isCounted);
  for (const { listedAt, state } of [...stored, ...deleted])
    add(expected, `${ALL} ${ALL} ${listedAt.slice(0, 13)} ${state}`, 1);
  const found = new Map<string, number>();
  let counted = 0;
  const take = ({ merchantId, endpointId, hour, counts }: CountRow) => {
    for (const [name, count] of counts) {
      if (merchantId === ALL && name === 'expected') counted += count;
      if (!name.startsWith(STATE)) continue;
      add(found, `${merchantId} ${endpointId} ${hour.slice(0, 13)} ${name.slice(STATE.length)}`, count);
    }
  };
  const scopes: readonly (MerchantId | typeof ALL)[] = [...merchants.map((one) => one.merchantId), ALL];
  for (const merchantId of scopes) (await stores.counts.rows({ merchantId, ...EVER })).forEach(take);
  const wrong = [...new Set([...expected.keys(), ...found.keys()])]
    .filter((name) => (expected.get(name) ?? 0) !== (found.get(name) ?? 0))
    .map((name) => `${name} is counted ${found.get(name) ?? 0} times, and stored ${expected.get(name) ?? 0}`);

  const { audited, wrong: unaudited } = await expectationsWrong(evidence);
  wrong.push(...unaudited);
  const ever = [...(leaver?.expectations.values() ?? [])].reduce((sum, one) => sum + one, audited);
  if (ever !== counted) wrong.push(`${ever} are expected by the audit, and ${counted} are counted`);
  return wrong;
}

/** The sum that the audit expects, and the windows whose number is wrong, missing, or more than there is. */
async function expectationsWrong(evidence: Evidence): Promise<{ audited: number; wrong: string[] }> {
  const { stores, merchants, story } = evidence;
  const wrong: string[] = [];
  let audited = 0;
  for (const { merchantId } of merchants) {
    const kept = new Map(
      (await stores.expectations.list({ merchantId, ...EVER })).map(({ start, expected }) => [
        start,
        expected,
      ]),
    );
    for (const expected of kept.values()) audited += expected;
    const windowOf = ({ listedAt = '' }: { readonly listedAt?: string }) =>
      isoTime(windowStart(msOf(listedAt), story.windowSeconds));
    const own = <T extends { readonly merchantId: string }>(all: Iterable<T>) =>
      [...all].filter((one) => one.merchantId === merchantId);
    const outcomes = Map.groupBy(own(stores.contents.outcomes.values()).filter(isTerminal), windowOf);
    const there = Map.groupBy(own(stores.contents.notifications.values()).filter(isCounted), windowOf);
    const { auditedThrough = '' } = await progressOf(stores.directory, merchantId);
    for (const [start, listed] of outcomes) {
      const expectations = listed.map((outcome) => expectationOf(evidence, outcome));
      const least = expectations.reduce((sum, { surely }) => sum + surely.size, 0);
      const most = expectations.reduce((sum, { possibly }) => sum + possibly.size, 0);
      const isAudited = isoTime(msOf(start) + story.windowSeconds * SECOND_MS) <= auditedThrough;
      const expected = kept.get(start) ?? (isAudited ? 0 : undefined);
      if (expected === undefined) continue;
      // Beyond what is expected there may be a few: an endpoint was disabled while they were on their way.
      const stored = there.get(start)?.length ?? 0;
      if (expected < least || expected > most || expected > stored)
        wrong.push(
          `${merchantId} expects ${expected} from ${start}, should ${least} to ${most}, and has ${stored}`,
        );
    }
  }
  return { audited, wrong };
}

/** Alerts are not of outcomes, and the audit expects nothing of what a replay sent beyond them. */
const isCounted = (one: Notification) => one.isUnexpected !== true && !isAboutAlert(one);

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
