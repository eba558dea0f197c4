import type { FencedStore } from '../deliver/state/fenced-store.ts';
import type { TransactionKey } from '../model.ts';
import type { Check } from './check-state.ts';

export interface CheckStore extends FencedStore<TransactionKey, Check> {
  /** Keys of what nobody could say the end of, of all merchants, oldest first; the index may be behind. */
  unresolved(options: {
    readonly partition: number;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly keys: readonly TransactionKey[]; readonly cursor?: string }>;
}
