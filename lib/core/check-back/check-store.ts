import type { FencedStore } from '../deliver/state/fenced-store.ts';
import type { MerchantId, TransactionKey } from '../model.ts';
import type { Check, UnresolvedKey } from './check-state.ts';

interface UnresolvedRange {
  readonly partition: number;
  /** Whose, and nobody else's; of all merchants where it is absent. */
  readonly merchantId?: MerchantId;
  /** Only what stands behind it in the order, whichever partition it lies in. */
  readonly after?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface CheckStore extends FencedStore<TransactionKey, Check> {
  /** Keys of what nobody could say the end of, in their order; the index may be behind. */
  unresolved(
    options: UnresolvedRange,
  ): Promise<{ readonly keys: readonly UnresolvedKey[]; readonly cursor?: string }>;
}
