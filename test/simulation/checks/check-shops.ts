import { isTerminal } from '../../../lib/core/model.ts';
import type { Shop } from '../world/simulated-shops.ts';
import { type Evidence, outcomeName } from './check-evidence.ts';

/** Promise 5: a receiver that asks has committed each outcome once, even if callbacks were lost, and can prove it. */
export function shopsWrong(evidence: Evidence): string[] {
  return evidence.shops.flatMap((shop) => [
    ...shop.broken,
    ...endWrong(shop),
    ...commitsWrong(evidence, shop),
  ]);
}

function endWrong({ merchantId, end }: Shop): string[] {
  if (end === undefined) return [`${merchantId}: its shop could not reconcile when all was quiet`];
  const { totals, conflicts, unsettled } = end;
  if (totals?.isEqual === true && conflicts === 0 && unsettled === 0) return [];
  return [`${merchantId}: its shop ended otherwise than the service: ${JSON.stringify(end)}`];
}

function commitsWrong({ stores }: Evidence, shop: Shop): string[] {
  return [...stores.contents.outcomes.values()]
    .filter(isTerminal)
    .filter(({ merchantId }) => merchantId === shop.merchantId)
    .map((outcome) => ({ name: outcomeName(outcome), times: shop.committed(outcome.transactionId) }))
    .filter(({ times }) => times !== 1)
    .map(({ name, times }) => `${name} was committed ${times} times by its shop`);
}
