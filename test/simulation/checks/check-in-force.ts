import { isTerminal, NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import { CLOCKS_DIFFER_MS } from '../../../lib/core/runtime/environment.ts';
import { msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { TimedEvent } from '../world/simulated-functions.ts';
import { type Evidence, notificationName, outcomeName } from './check-evidence.ts';
import { isPromised } from './check-expectation.ts';

type Lost = Extract<TimedEvent, { event: 'lost' }>;

/** A write may take effect this long after its request gave up. */
const LATE_MS = 3 * SECOND_MS;

/** An answered change is in force: outcomes recorded afterwards are for the endpoint, and the relay sends them. */
export function inForceWrong(evidence: Evidence): string[] {
  return [...unseen(evidence), ...notYetInForce(evidence)];
}

/**
 * A notification that the audit counts as lost was sent by the relay and lost later. One exception: the relay may miss
 * the settings of a request that was not answered, because its process died and its write was not dated anew.
 */
function unseen(evidence: Evidence): string[] {
  const { events, stores, stream } = evidence;
  const ends = new Map(
    [...stores.contents.outcomes.values()]
      .filter(isTerminal)
      .map((outcome) => [outcomeName(outcome), outcome]),
  );
  return events
    .filter((event): event is Lost => event.event === 'lost' && event.endpointId !== NOTIFY_URL_ENDPOINT)
    .filter((event) => !stream.handedOver.has(notificationName(event)))
    .filter((event) => {
      const outcome = ends.get(outcomeName(event));
      return outcome !== undefined && !isOfUnanswered(evidence, event, msOf(outcome.listedAt));
    })
    .map((event) => `${notificationName(event)} was counted as lost: the relay did not see the endpoint`);
}

/** Whether an unanswered request wrote settings after the outcome was stamped. */
function isOfUnanswered({ settings, byHand }: Evidence, event: Lost, listedMs: number): boolean {
  const { merchantId, endpointId } = event;
  const requests = byHand.changes.unanswered.filter(
    (one) => one.merchantId === merchantId && (one.endpointId ?? endpointId) === endpointId,
  );
  return settings
    .of(event)
    .filter(({ fromMs }) => fromMs >= listedMs - CLOCKS_DIFFER_MS)
    .some(({ fromMs }) => requests.some((one) => fromMs >= one.fromMs && fromMs <= one.untilMs + LATE_MS));
}

/** Outcomes that were recorded after the answer, and that the endpoint wants, were sent. */
function notYetInForce(evidence: Evidence): string[] {
  const { byHand, stores, stream } = evidence;
  const ends = [...stores.contents.outcomes.values()].filter(isTerminal);
  return byHand.changes.answered.flatMap((change) =>
    ends
      .filter((outcome) => isPromised(evidence, outcome, change))
      .map((outcome) => notificationName({ ...outcome, endpointId: change.endpointId }))
      .filter((name) => !stream.handedOver.has(name))
      .map((name) => `${name} was listed after the endpoint was said to be in force, and was not for it`),
  );
}
