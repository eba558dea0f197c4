import { isTerminal } from '../../../lib/core/model.ts';
import { type Evidence, outcomeName } from './evidence.ts';

/** Promise 1: what was acknowledged stands, as it was acknowledged. */
export function recordsGone({ acknowledged, stores }: Evidence): string[] {
  const standing = new Map(
    [...stores.held.outcomes.values()].map((outcome) => [outcomeName(outcome), JSON.stringify(outcome)]),
  );
  return acknowledged
    .filter((outcome) => standing.get(outcomeName(outcome)) !== JSON.stringify(outcome))
    .map((outcome) => `${outcomeName(outcome)} was acknowledged and does not stand`);
}

export function twoEnds({ stores }: Evidence): string[] {
  const ends = [...stores.held.outcomes.values()].filter(isTerminal);
  const names = ends.map(({ merchantId, transactionId }) => `${merchantId}/${transactionId}`);
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} has two ends`);
}

/** A transaction that has ended is not asked about any more. */
export function stillAsked({ stores }: Evidence): string[] {
  return [...stores.held.checks.values()]
    .filter(({ state }) => state !== 'resolved')
    .map(({ merchantId, transactionId, state }) => `the check of ${merchantId}/${transactionId} is ${state}`);
}
