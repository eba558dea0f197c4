import { isTerminal } from '../../../lib/core/model.ts';
import { canonicalJson } from '../../../lib/protocol/json/canonical-json.ts';
import { type Evidence, outcomeName } from './check-evidence.ts';

/** Promise 1: every acknowledged outcome is stored, with the acknowledged content. */
export function recordsGone({ acknowledged, stores }: Evidence): string[] {
  const standing = new Map(
    [...stores.contents.outcomes.values()].map((outcome) => [outcomeName(outcome), canonicalJson(outcome)]),
  );
  return acknowledged
    .filter((outcome) => standing.get(outcomeName(outcome)) !== canonicalJson(outcome))
    .map((outcome) => `${outcomeName(outcome)} was acknowledged and does not stand`);
}

export function twoEnds({ stores }: Evidence): string[] {
  const ends = [...stores.contents.outcomes.values()].filter(isTerminal);
  const names = ends.map(({ merchantId, transactionId }) => `${merchantId}/${transactionId}`);
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} has two ends`);
}
