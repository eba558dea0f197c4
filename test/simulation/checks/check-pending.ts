import { isTerminal, type Outcome } from '../../../lib/core/model.ts';
import { nameOf, type Prepared } from '../world/simulated-banks.ts';
import type { Evidence } from './check-evidence.ts';

/**
 * A prepared transaction has ended, or is listed as unresolved and was reported. Its recorded end agrees with the
 * initiator's books.
 */
export function pendingWrong(evidence: Evidence): string[] {
  const { stores, banks, events } = evidence;
  const ends = new Map<string, Outcome>();
  const told = new Set<string>();
  for (const outcome of stores.contents.outcomes.values())
    if (isTerminal(outcome)) ends.set(nameOf(outcome), outcome);
  for (const event of events) if (event.event === 'unresolved') told.add(nameOf(event));
  const wrong: string[] = [];
  for (const outcome of stores.contents.outcomes.values()) {
    const name = nameOf(outcome);
    if (outcome.status !== 'PENDING') continue;
    const check = stores.contents.checks.get(`${outcome.merchantId}#${outcome.transactionId}`);
    const end = ends.get(name);
    if (check === undefined) wrong.push(`${name} was prepared, and nobody waits for its end`);
    else if (end !== undefined && check.state !== 'resolved')
      wrong.push(`the check of ${name} is ${check.state}`);
    else if (end === undefined && check.state !== 'unresolved')
      wrong.push(`${name} is unknown and ${check.state}`);
    else if (end === undefined && !told.has(name)) wrong.push(`${name} is unresolved, and nobody was told`);
  }
  return [...wrong, ...[...banks.prepared].flatMap(([name, one]) => contradicted(name, one, ends.get(name)))];
}

function contradicted(
  name: string,
  { entry, content, manner }: Prepared,
  end: Outcome | undefined,
): string[] {
  if (end === undefined) {
    // An initiator that can be asked has answered. Only one that never answers is left to people.
    return manner === 'silent' || entry?.says !== 'committed'
      ? []
      : [`${name} was committed, and is unknown`];
  }
  const isCommitted = entry?.says === 'committed';
  if (!isCommitted && end.status === 'SUCCEEDED')
    return [`${name} was never committed, and is announced as SUCCEEDED`];
  if (isCommitted && end.status !== content.status)
    return [`${name} was committed, and is announced as ${end.status}`];
  return end.amount === content.amount ? [] : [`${name} is announced with another amount`];
}
