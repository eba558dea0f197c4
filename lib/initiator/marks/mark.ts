import { jsonTextOf } from '../../protocol/json/json-values.ts';
import { type EndOfTransaction, endOfTransaction } from '../check-back/end-of-transaction.ts';
import { InitiatorFault, invalidOption } from '../fault.ts';

/**
 * The first writer decides. A local transaction writes "committed" as a part of itself. A check that finds no mark writes
 * "rolled back". Only one mark can exist, so a check that concluded "rolled back" stays right: a local transaction that
 * comes later fails as a whole.
 */
export type Mark =
  /** The local transaction is committed; `end` is what to answer. */
  | { readonly kind: 'committed'; readonly end: EndOfTransaction }
  /** The local transaction is not committed and never will be. */
  | { readonly kind: 'rolled_back' };

/** Serialises the end for storage with the mark. @throws InitiatorFault `invalid_option` if the end is invalid */
export function endText(end: EndOfTransaction): string {
  const checked = endOfTransaction(end);
  if (checked === undefined) {
    throw invalidOption(
      'The end needs a terminal status, an integer amount, an ISO 4217 currency and an RFC 3339 occurredAt.',
    );
  }
  return JSON.stringify(checked);
}

/** @throws InitiatorFault `unexpected_answer` if the mark is unreadable: it is never read as "rolled back" */
export function readMark(kind: unknown, end: unknown): Mark {
  if (kind === 'rolled_back') return { kind };
  const committed = typeof end === 'string' ? endOfTransaction(jsonTextOf(end)) : undefined;
  if (kind === 'committed' && committed !== undefined) return { kind, end: committed };
  throw new InitiatorFault({ code: 'unexpected_answer', message: 'The stored mark is not valid.' });
}
