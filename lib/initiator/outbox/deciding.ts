import { contradictedFields, sameContent } from '../../protocol/content/content-equality.ts';
import type { RecordedOutcome, TerminalContent } from '../recorded-outcome.ts';
import type { RecordedVersion } from './outbox-items.ts';

/** What to do with an outcome, given the recorded versions. */
export type CommitDecision =
  | { readonly kind: 'write'; readonly version: 1 | 2 }
  | { readonly kind: 'committed'; readonly outcome: RecordedOutcome }
  | { readonly kind: 'outcome_conflict'; readonly current: RecordedOutcome }
  | {
      readonly kind: 'outcome_mismatch';
      readonly current: RecordedOutcome;
      readonly fields: readonly string[];
    };

/**
 * Decides by the recorded versions. If the last one has this call's `commitId`, the whole transaction was committed,
 * because outcome and items are written together. Any other terminal outcome is a conflict, even an equal one: the call
 * that wrote it did not write these items.
 */
export function decideCommit(
  recorded: readonly RecordedVersion[],
  call: { readonly content: TerminalContent; readonly commitId: string },
): CommitDecision {
  const last = recorded.at(-1);
  if (last === undefined) return { kind: 'write', version: 1 };
  const { outcome } = last;
  if (outcome.status !== 'PENDING') {
    // A `commitId` that was used for another outcome is a mistake. It must not count as success of this call.
    const stated = { ...outcome, notifyUrl: last.notifyUrl };
    const isOwn = last.commitId === call.commitId && sameContent(stated, call.content);
    return isOwn ? { kind: 'committed', outcome } : { kind: 'outcome_conflict', current: outcome };
  }
  const fields = contradictedFields(outcome, call.content);
  return fields.length > 0
    ? { kind: 'outcome_mismatch', current: outcome, fields }
    : { kind: 'write', version: 2 };
}
