import { type EndOfTransaction, endOfTransaction } from '../check-back/check-answer.ts';
import { InitiatorFault, invalidOption } from '../fault.ts';

/**
 * Who writes first, decides: a local transaction writes "committed" as a part of itself, and a check that finds
 * nothing writes "rolled back". There is room for one of them, so that a check that concluded "rolled back" is
 * right for ever: the local transaction that comes late is refused as a whole.
 */
export type Mark =
  /** The local transaction is committed; `end` is what to answer. */
  | { readonly kind: 'committed'; readonly end: EndOfTransaction }
  /** It is not, and never will be. */
  | { readonly kind: 'rolled_back' };

/** The end as it is kept beside the mark. @throws InitiatorFault `invalid_option` where it is none */
export function endText(end: EndOfTransaction): string {
  const checked = endOfTransaction(end);
  if (checked === undefined) {
    throw invalidOption(
      'The end has no terminal status, safe amount, known currency or RFC 3339 occurredAt.',
    );
  }
  return JSON.stringify(checked);
}

/** @throws InitiatorFault `unexpected_answer`: what cannot be read is never taken for "rolled back" */
export function readMark(kind: unknown, end: unknown): Mark {
  if (kind === 'rolled_back') return { kind };
  const committed = typeof end === 'string' ? endOfTransaction(parse(end)) : undefined;
  if (kind === 'committed' && committed !== undefined) return { kind, end: committed };
  throw new InitiatorFault({ code: 'unexpected_answer', message: 'What stands in place of a mark is none.' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
