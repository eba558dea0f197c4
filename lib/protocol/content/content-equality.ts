import { canonicalJson } from '../json/canonical-json.ts';

/** Equality of outcomes. The service and the outbox use it to tell a repetition from a conflict. */

/** The content of an outcome as the initiator states it. `occurredAt` is in UTC with milliseconds. */
export interface StatedContent {
  readonly transactionType: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly occurredAt: string;
  readonly reference?: string | undefined;
  readonly reason?: { readonly code: string; readonly message: string } | undefined;
  readonly relatedTransactionId?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly notifyUrl?: string | undefined;
  readonly checkBack?: object | undefined;
}

/** Fields that a terminal outcome must repeat from its PENDING. */
export const BOUND_FIELDS = ['transactionType', 'amount', 'currency', 'reference'] as const;

type BoundContent = Pick<StatedContent, (typeof BOUND_FIELDS)[number]>;

/** The fields in which a terminal outcome contradicts its PENDING. */
export function contradictedFields(pending: BoundContent, end: BoundContent): readonly string[] {
  return BOUND_FIELDS.filter((field) => pending[field] !== end[field]);
}

/** Whether both have the same content, ignoring stamps and key order. */
export function sameContent(left: StatedContent, right: StatedContent): boolean {
  return contentText(left) === contentText(right);
}

function contentText(content: StatedContent): string {
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
