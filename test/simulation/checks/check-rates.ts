import type { Outcome } from '../../../lib/core/model.ts';
import { MINUTE_MS, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import { BURSTS, STORM_END_MS } from '../stories/stories.ts';
import type { SimulatedEndpoint, SimulatedMerchant } from '../world/simulated-merchants.ts';
import { type Evidence, endpointName, outcomeName } from './check-evidence.ts';

/** Settings are up to 10 s old, and some calls lie between leave to go and the request. */
const IN_FORCE_MS = 30 * SECOND_MS;
/** In the storm calls take seconds, so requests with leave at different times arrive together, and some are made twice. */
const STORM_TIMES = 2;
/** Probes of an open breaker do not wait. They are at least 30 s apart for each process that believes to hold one. */
const PROBES = 2;

/** No receiver gets more requests than the rate and one second's worth, within a second or a minute. */
export function ratesExceeded(evidence: Evidence): string[] {
  if (!evidence.story.hasRates) return [];
  return evidence.merchants.flatMap((merchant) =>
    merchant.endpoints.flatMap((endpoint) => exceeded(evidence, merchant, endpoint)),
  );
}

function exceeded(
  { settings }: Evidence,
  { merchantId }: SimulatedMerchant,
  { endpointId, receivers }: SimulatedEndpoint,
): string[] {
  const key = { merchantId, endpointId };
  const requestsMs = [...receivers.values()].flatMap(({ requestsMs: all }) => all).sort((a, b) => a - b);
  return requestsMs.flatMap((fromMs, place) =>
    [SECOND_MS, MINUTE_MS].flatMap((windowMs) => {
      const inForce = settings.inForce(key, fromMs + windowMs, windowMs + IN_FORCE_MS);
      const rates = inForce.map(({ ratePerSecond }) => ratePerSecond ?? Number.POSITIVE_INFINITY);
      if (rates.length === 0) return [];
      const rate = Math.max(...rates);
      const isCalm = fromMs > STORM_END_MS;
      const most = (rate * windowMs) / SECOND_MS + Math.max(rate, 1) * (isCalm ? 1 : 5);
      const count = requestsMs.slice(place).filter((ms) => ms < fromMs + windowMs).length;
      return count <= (isCalm ? most : most * STORM_TIMES) + PROBES
        ? []
        : [`${endpointName(key)} got ${count} requests in ${windowMs / SECOND_MS} s at ${rate} a second`];
    }),
  );
}

/**
 * What waits for a slot is not lost: when all is calm, the audit counts none of a burst. Outcomes that the stream held back
 * had no message that could wait; check-promptness.ts judges those.
 */
export function waitingCountedLost({ events, story, stores }: Evidence): string[] {
  if (!story.hasRates) return [];
  const { backlog } = story;
  const wasHeldBack = ({ listedAt }: Outcome) =>
    listedAt !== undefined &&
    backlog?.of === 'stream' &&
    msOf(listedAt) >= backlog.fromMs &&
    msOf(listedAt) < backlog.untilMs;
  const calm = new Set(
    [...stores.contents.outcomes.values()]
      .filter(({ transactionId }) => transactionId.startsWith('calm_burst'))
      .filter(({ recordedAt }) => msOf(recordedAt) >= BURSTS.calm_burst.atMs)
      .filter((outcome) => !wasHeldBack(outcome))
      .map(outcomeName),
  );
  return events
    .filter((event) => event.event === 'lost' && calm.has(outcomeName(event)))
    .map((event) => `what waited for its slot was counted as lost: ${JSON.stringify(event)}`);
}
