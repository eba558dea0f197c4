import { contradictedFields, differingFields, sameContent } from '../../protocol/content/content-equality.ts';
import type { Outcome, OutcomeContent, Version } from '../model.ts';

export type RecordDecision =
  | { readonly kind: 'write'; readonly version: Version }
  | { readonly kind: 'unchanged'; readonly outcome: Outcome }
  /** `fields`: the fields of the content that differ from `current`. */
  | {
      readonly kind: 'conflict' | 'mismatch';
      readonly current: Outcome;
      readonly fields: readonly string[];
    };

/**
 * Decides what recording `content` means, given the stored outcomes. This is the whole state machine of a transaction.
 * A PENDING repeated after the end is a conflict, even if it equals the first PENDING: an initiator that prepares again
 * must learn that the transaction has ended before it acts.
 *
 * @param recorded the stored versions, oldest first
 */
export function decideRecording(recorded: readonly Outcome[], content: OutcomeContent): RecordDecision {
  const current = recorded.at(-1);
  if (current === undefined) return { kind: 'write', version: 1 };
  if (sameContent(current, content)) return { kind: 'unchanged', outcome: current };
  if (current.status !== 'PENDING' || content.status === 'PENDING') {
    return { kind: 'conflict', current, fields: differingFields(current, content) };
  }
  const fields = contradictedFields(current, content);
  return fields.length > 0 ? { kind: 'mismatch', current, fields } : { kind: 'write', version: 2 };
}
