import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { isUnreadable } from '../faults.ts';
import { takeFromPartitions } from '../feed/partition-pages.ts';
import type { AuditTrail } from '../merchants/audit-log/audit-trail.ts';
import {
  isTerminal,
  type MerchantId,
  type Outcome,
  type OutcomeContent,
  type TransactionKey,
} from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import type { Check, UnresolvedKey } from '../record/pending-check.ts';
import { type RecordPorts, type RecordResult, recordOutcome } from '../record/record.ts';
import { prepared } from './check-answer.ts';
import type { CheckStore } from './check-store.ts';

/** Unresolved transactions: their initiator did not say how they ended. Operators list them and end them manually. */

export interface UnresolvedPorts extends RecordPorts {
  readonly outcomes: OutcomeStore;
  readonly checks: CheckStore;
}

export interface ResolvingPorts extends UnresolvedPorts {
  readonly trail: AuditTrail;
}

export interface Unresolved {
  readonly pending: Outcome;
  readonly check: Check;
}

/** Checks, with their transactions, read concurrently. */
const CONCURRENCY = 16;

interface UnresolvedQuery {
  readonly merchantId?: MerchantId;
  readonly after?: string;
  readonly limit: number;
}

/**
 * Lists a page of unresolved transactions, of one merchant or of all. Each is read with strong consistency, so that none
 * is shown that was resolved since. A page may be empty and still have a `next`. Unreadable rows are named in
 * `unreadable` and do not hide the others.
 */
export async function listUnresolved(
  ports: Pick<UnresolvedPorts, 'outcomes' | 'checks'>,
  asked: UnresolvedQuery,
): Promise<{
  readonly items: readonly Unresolved[];
  /** Keys on this page that cannot be read. The reasons were reported to operators. */
  readonly unreadable: readonly TransactionKey[];
  /** Sort key after which the next page starts. Absent: this is the last page. */
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

/** The end that an operator found out. All other fields come from the PENDING. */
export type ManualEnd = Pick<OutcomeContent, 'occurredAt' | 'reason'> & {
  readonly status: Exclude<OutcomeContent['status'], 'PENDING'>;
};

/**
 * Ends an unresolved transaction manually. The end is recorded like any outcome, so the first write wins. If the process
 * dies after recording, relay resolves the check.
 */
export async function resolveByHand(
  ports: ResolvingPorts,
  key: TransactionKey,
  found: ManualEnd,
): Promise<RecordResult | { readonly kind: 'unknown_transaction' } | { readonly kind: 'not_unresolved' }> {
  const [check, versions] = [await ports.checks.read(key), await ports.outcomes.versions(key)];
  const [pending] = versions;
  if (pending === undefined) return { kind: 'unknown_transaction' };
  // A repeated call with the same end is accepted, although the check may already be resolved.
  const isEnded = versions.some(isTerminal);
  if (check === undefined) return { kind: 'not_unresolved' };
  if (check.state !== 'unresolved' && !isEnded) return { kind: 'not_unresolved' };
  const { amount, currency } = pending;
  const result = await recordOutcome(logging(ports, key, found), key, {
    ...prepared(pending),
    amount,
    currency,
    ...found,
  });
  if (result.kind === 'created') await ports.outcomes.settlePending(result.outcome);
  if (result.kind === 'merchant_erased') await ports.outcomes.erasePending(key);
  return result;
}

/** Writes the entry of the audit log in the same transaction as the end. */
function logging(ports: ResolvingPorts, key: TransactionKey, { status }: ManualEnd): RecordPorts {
  const { merchantId, transactionId } = key;
  const entry = ports.trail.entry({ action: 'transaction.resolved', merchantId, transactionId, status });
  const putIfAbsent: OutcomeStore['putIfAbsent'] = (outcome, feedShard) =>
    ports.outcomes.putIfAbsent(outcome, feedShard, entry);
  return { ...ports, outcomes: { ...ports.outcomes, putIfAbsent } };
}
