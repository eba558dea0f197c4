import { isTerminal, type TerminalOutcome } from '../../../lib/core/model.ts';
import { type Evidence, notificationName, outcomeName } from './check-evidence.ts';
import { expectationOf } from './check-expectation.ts';
import { mayBeReplayed, replaysOf } from './check-replays.ts';

/** Promise 7: callbacks that told a receiver about another merchant's transaction. */
export function toldToOthers({ merchants }: Evidence): string[] {
  return merchants.flatMap(({ merchantId, endpoints }) =>
    endpoints
      .flatMap(({ receivers }) => [...receivers.values()].flatMap(({ told }) => [...told.values()]))
      .filter((told) => told.merchantId !== merchantId)
      .map((told) => `${outcomeName(told)} was told to ${merchantId}`),
  );
}

/** A receiver gets only outcomes that exist, and that its settings asked for: when they were listed, or replayed. */
export async function toldUnasked(evidence: Evidence): Promise<string[]> {
  const replays = await replaysOf(evidence);
  const unasked: string[] = [];
  const ends = new Map<string, TerminalOutcome>();
  for (const outcome of evidence.stores.contents.outcomes.values())
    if (isTerminal(outcome)) ends.set(outcomeName(outcome), outcome);
  for (const { endpoints } of evidence.merchants) {
    for (const { endpointId, receivers } of endpoints) {
      const told = [...receivers.values()].flatMap((receiver) => [...receiver.told.values()]);
      for (const one of told) {
        const outcome = ends.get(outcomeName(one));
        if (outcome === undefined) unasked.push(`${outcomeName(one)} was told and does not stand`);
        else if (
          !expectationOf(evidence, outcome).possibly.has(endpointId) &&
          !mayBeReplayed(evidence, replays, { outcome, endpointId })
        )
          unasked.push(`${notificationName({ ...outcome, endpointId })} was told, and was not asked for`);
      }
    }
  }
  return unasked;
}
