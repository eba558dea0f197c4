import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { isUnreadable } from '../faults.ts';
import { takeFromPartitions } from '../feed/partition-pages.ts';
import {
  isTerminal,
  type MerchantId,
  type Outcome,
  type OutcomeContent,
  type TransactionKey,
} from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import { type RecordPorts, type RecordResult, recordOutcome } from '../record/record.ts';
import type { Check, UnresolvedKey } from './check-state.ts';
import type { CheckStore } from './check-store.ts';

/** What nobody could say the end of: listed for people, and ended by their hand. */

export interface UnresolvedPorts extends RecordPorts {
  readonly outcomes: OutcomeStore;
  readonly checks: CheckStore;
}

export interface Unresolved {
  readonly pending: Outcome;
  readonly check: Check;
}

/** Checks and their transactions read strongly side by side. */
const CONCURRENCY = 16;

interface UnresolvedQuery {
  readonly merchantId?: MerchantId;
  readonly after?: string;
  readonly limit: number;
}

/**
 * A page of what is unresolved, of one merchant or of all. Each is read strongly, so that nothing is shown that was
 * resolved since; a page may be empty and still have more. One that nobody can read hides none of the others: it is named.
 */
export async function listUnresolved(
  ports: Pick<UnresolvedPorts, 'outcomes' | 'checks'>,
  asked: UnresolvedQuery,
): Promise<{
  readonly items: readonly Unresolved[];
  /** Those of the page that cannot be read; operators were told why. */
  readonly unreadable: readonly TransactionKey[];
  /** Where the next page goes on, in the order of the list; absent of the last. */
  readonly next?: string;
}> {
  const { limit, ...range } = asked;
  const { keys, next } = await takeFromPartitions<UnresolvedKey>({
    limit,
    orderOf: ({ order }) => order,
    read: (place) => ports.checks.unresolved({ ...range, ...place }),
  });
  const unreadable: TransactionKey[] = [];
  const found = await boundedMap(keys, CONCURRENCY, (key) =>
    readUnresolved(ports, key).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      unreadable.push(key);
    }),
  );
  return {
    items: found.filter((one) => one !== undefined),
    unreadable,
    ...(next !== undefined && { next: next.order }),
  };
}

async function readUnresolved(
  ports: Pick<UnresolvedPorts, 'outcomes' | 'checks'>,
  key: TransactionKey,
): Promise<Unresolved | undefined> {
  const check = await ports.checks.read(key);
  if (check?.state !== 'unresolved') return undefined;
  const [pending, end] = await ports.outcomes.versions(key);
  return pending === undefined || end !== undefined ? undefined : { pending, check };
}

/** What somebody found out; the rest is as it was prepared. */
export type FoundOut = Pick<OutcomeContent, 'occurredAt' | 'reason'> & {
  readonly status: Exclude<OutcomeContent['status'], 'PENDING'>;
};

/**
 * Ends by hand what nobody could say the end of. It is recorded like any outcome, so that whoever was first stands.
 * Dying after it leaves a check that relay resolves.
 */
export async function resolveByHand(
  ports: UnresolvedPorts,
  key: TransactionKey,
  found: FoundOut,
): Promise<RecordResult | { readonly kind: 'unknown_transaction' } | { readonly kind: 'not_unresolved' }> {
  const [check, versions] = [await ports.checks.read(key), await ports.outcomes.versions(key)];
  const [pending] = versions;
  if (pending === undefined) return { kind: 'unknown_transaction' };
  // The same end again is answered as it was the first time.
  const isEnded = versions.some(isTerminal);
  if (check === undefined) return { kind: 'not_unresolved' };
  if (check.state !== 'unresolved' && !isEnded) return { kind: 'not_unresolved' };
  const { transactionType, amount, currency, reference, relatedTransactionId, metadata } = pending;
  const result = await recordOutcome(ports, key, {
    transactionType,
    amount,
    currency,
    ...(reference !== undefined && { reference }),
    ...(relatedTransactionId !== undefined && { relatedTransactionId }),
    ...(metadata !== undefined && { metadata }),
    ...found,
  });
  if (result.kind === 'created') await ports.outcomes.settlePending(result.outcome);
  return result;
}
