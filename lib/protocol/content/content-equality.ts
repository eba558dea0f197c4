import { canonicalJson, differingKeys } from '../json/canonical-json.ts';

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

/** The content of an outcome. An absent field equals its default. */
function contentOf(content: StatedContent) {
  return {
    transactionType: content.transactionType,
    status: content.status,
    amount: content.amount,
    currency: content.currency,
    occurredAt: content.occurredAt,
    reference: content.reference ?? null,
    reason: content.reason ?? null,
    relatedTransactionId: content.relatedTransactionId ?? null,
    metadata: content.metadata ?? {},
    notifyUrl: content.notifyUrl ?? null,
    checkBack: content.checkBack ?? null,
  };
}

/** The fields in which two outcomes differ, ignoring stamps and key order. */
export function differingFields(left: StatedContent, right: StatedContent): readonly string[] {
  return differingKeys(contentOf(left), contentOf(right));
}

/** Whether both have the same content, ignoring stamps and key order. */
export function sameContent(left: StatedContent, right: StatedContent): boolean {
  return canonicalJson(contentOf(left)) === canonicalJson(contentOf(right));
}
