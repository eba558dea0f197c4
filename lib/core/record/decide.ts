import { canonicalJson } from '../json.ts';
import type { Outcome, OutcomeContent, Version } from '../model.ts';

/** What a terminal outcome must repeat of its PENDING. */
const BOUND_FIELDS = ['transactionType', 'amount', 'currency', 'reference'] as const;

export type RecordDecision =
  | { readonly kind: 'write'; readonly version: Version }
  | { readonly kind: 'unchanged'; readonly outcome: Outcome }
  | { readonly kind: 'conflict'; readonly current: Outcome }
  | { readonly kind: 'mismatch'; readonly current: Outcome; readonly fields: readonly string[] };

/**
 * Decides what recording `content` means beside the outcomes that stand already: the whole state machine of
 * a transaction. A PENDING repeated after the end is a conflict even where it equals the first: whoever
 * prepares again must learn that it is over before it acts.
 */
export function decideRecording(standing: readonly Outcome[], content: OutcomeContent): RecordDecision {
  const current = standing.at(-1);
  if (current === undefined) return { kind: 'write', version: 1 };
  if (sameContent(current, content)) return { kind: 'unchanged', outcome: current };
  if (current.status !== 'PENDING' || content.status === 'PENDING') return { kind: 'conflict', current };
  const fields = BOUND_FIELDS.filter((field) => current[field] !== content[field]);
  return fields.length > 0 ? { kind: 'mismatch', current, fields } : { kind: 'write', version: 2 };
}

/** Whether both state the same; stamps and the order of keys do not count. */
export function sameContent(left: OutcomeContent, right: OutcomeContent): boolean {
  return contentText(left) === contentText(right);
}

function contentText(content: OutcomeContent): string {
  return canonicalJson([
    content.transactionType,
    content.status,
    content.amount,
    content.currency,
    content.occurredAt,
    content.reference ?? null,
    content.reason ?? null,
    content.relatedTransactionId ?? null,
    content.metadata ?? {},
    content.notifyUrl ?? null,
    content.checkBack ?? null,
  ]);
}
