import type { FencedStore } from '../deliver/state/fenced-store.ts';
import type { MerchantId, TransactionKey } from '../model.ts';
import type { Check, UnresolvedKey } from '../record/pending-check.ts';

interface UnresolvedRange {
  readonly partition: number;
  /** Only this merchant's checks. Default: all merchants. */
  readonly merchantId?: MerchantId;
  /** Returns only keys after this sort key. It may lie in another partition. */
  readonly after?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface CheckStore extends FencedStore<TransactionKey, Check> {
  /** Keys of unresolved checks, in order. Eventually consistent. */
  unresolved(
    options: UnresolvedRange,
  ): Promise<{ readonly keys: readonly UnresolvedKey[]; readonly cursor?: string }>;
}
