import { contradictedFields, sameContent } from '../../protocol/content/content-equality.ts';
import type { RecordedOutcome, TerminalContent } from '../outcome.ts';
import type { StandingVersion } from './outbox-items.ts';

/** What committing an outcome means beside the versions that stand. */
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
 * Standing with this call's own `commitId` means that the whole transaction was committed, since they are written
 * together. Any other end is a conflict, even an equal one: whoever wrote it did not write these items.
 */
export function decideCommit(
  standing: readonly StandingVersion[],
  call: { readonly content: TerminalContent; readonly commitId: string },
): CommitDecision {
  const last = standing.at(-1);
  if (last === undefined) return { kind: 'write', version: 1 };
  const { outcome } = last;
  if (outcome.status !== 'PENDING') {
    // An id that was used for another outcome is a mistake, and must not pass for this one's success.
    const stated = { ...outcome, notifyUrl: last.notifyUrl };
    const isOwn = last.commitId === call.commitId && sameContent(stated, call.content);
    return isOwn ? { kind: 'committed', outcome } : { kind: 'outcome_conflict', current: outcome };
  }
  const fields = contradictedFields(outcome, call.content);
  return fields.length > 0
    ? { kind: 'outcome_mismatch', current: outcome, fields }
    : { kind: 'write', version: 2 };
}
