import { createHash } from 'node:crypto';
import { canonicalJson } from '../../protocol/json/canonical-json.ts';
import type { Digest } from '../../protocol/row-digest.ts';
import type { Outcome } from '../outcome.ts';

/**
 * Records which outcomes a receiver has applied. Its central guarantee: the writes of `effects` and the record that the
 * outcome is applied are committed together or not at all.
 */
export interface ReceiverStore<Tx> {
  /**
   * Applies an outcome that was not applied yet: runs `effects` within the transaction that also records the outcome.
   * Returns after the commit. If it throws, nothing was applied. Of several concurrent calls for the same outcome,
   * exactly one applies it.
   */
  apply(
    outcome: Outcome,
    effects: Effects<Tx>,
    options?: { readonly acknowledgeLater: boolean },
  ): Promise<ApplyResult>;
  /** The applied outcomes of up to 1,000 transactions, by transaction id. Strongly consistent. */
  find(merchantId: string, transactionIds: readonly string[]): Promise<ReadonlyMap<string, AppliedOutcome>>;
  /**
   * Digests of the applied outcomes that were listed in a range: one per slice with rows, keyed by the start of the
   * slice in milliseconds. Slices begin at multiples of their length.
   */
  digests(range: ListedRange & { readonly everySeconds: number }): Promise<ReadonlyMap<number, Digest>>;
  /** The applied outcomes that were listed in a range, in any order; with `bucket`, only those of that bucket. */
  rows(range: ListedRange & { readonly bucket?: number }): AsyncIterable<AppliedOutcome>;
  /** What the kit keeps for its next run. */
  mark(merchantId: string, name: MarkName): Promise<string | undefined>;
  /** Replaces a mark. Exception: of two values of `since`, the earlier one stays, as two processes may write theirs at once. */
  setMark(merchantId: string, name: MarkName, value: string): Promise<void>;
  /** Outcomes that were applied with `acknowledgeLater` and are not yet acknowledged, in any order. */
  unacknowledged(merchantId: string, limit: number): Promise<readonly Acknowledgement[]>;
  acknowledged(merchantId: string, acknowledgement: Acknowledgement): Promise<void>;
}

/** Functions that every store must have, including your own. */
export const STORE_FUNCTIONS = [
  'apply',
  'find',
  'digests',
  'rows',
  'mark',
  'setMark',
  'unacknowledged',
  'acknowledged',
] as const satisfies readonly (keyof ReceiverStore<unknown>)[];

/** The user's writes, within the transaction of the store. */
export type Effects<Tx> = (tx: Tx) => void | Promise<void>;

/** For a receiver with `types`, `feed` and `settled` also name these: they say nothing about other types. */
export type MarkName =
  /** The cursor of the feed. */
  | 'feed'
  | `feed:${string}`
  /** The earliest full hour since which this receiver is responsible, ISO 8601. */
  | 'since'
  /** What is settled: its first and its last moment, ISO 8601, joined by `/`. The last one is the mark. */
  | 'settled'
  | `settled:${string}`
  /** Of earlier releases, which kept only the mark. It is read where there is no `settled`, and no longer written. */
  | 'reconciledThrough';

export interface ListedRange {
  readonly merchantId: string;
  /** Inclusive, in milliseconds. */
  readonly fromMs: number;
  /** Exclusive, in milliseconds. */
  readonly toMs: number;
}

export interface Acknowledgement {
  readonly transactionId: string;
  readonly version: number;
}

/** The stored part of an outcome: enough to compute digests, and to tell duplicates from conflicts. */
export interface AppliedOutcome {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly version: number;
  readonly transactionType: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly listedAtMs: number;
  /** Hash over all fields of the outcome, including metadata. */
  readonly contentHash: string;
}

export type ApplyResult =
  | { readonly kind: 'applied' }
  /** The same outcome was applied before. */
  | { readonly kind: 'duplicate' }
  /** A newer version was applied before, so this one is ignored. */
  | { readonly kind: 'stale'; readonly applied: AppliedOutcome }
  /** A different outcome was applied before, and both cannot be true. */
  | { readonly kind: 'conflict'; readonly applied: AppliedOutcome };

/**
 * Decides what to do with an outcome, given the applied outcome of its transaction. A final outcome never changes, so a
 * different one with the same or a higher version is a conflict. Only a lower version is `stale`.
 */
export function decide(
  applied: AppliedOutcome | undefined,
  next: AppliedOutcome,
): Exclude<ApplyResult, { readonly kind: 'applied' }> | { readonly kind: 'apply' } {
  if (applied === undefined) return { kind: 'apply' };
  if (next.version < applied.version) return { kind: 'stale', applied };
  if (next.version === applied.version && next.contentHash === applied.contentHash) {
    return { kind: 'duplicate' };
  }
  return { kind: 'conflict', applied };
}

export function appliedOutcome(outcome: Outcome): AppliedOutcome {
  const { merchantId, transactionId, version, transactionType, status, amount, currency } = outcome;
  return {
    merchantId,
    transactionId,
    version,
    transactionType,
    status,
    amount,
    currency,
    listedAtMs: Date.parse(outcome.listedAt),
    contentHash: contentHash(outcome),
  };
}

/** Hash of the content, independent of key order and time format, because these may differ between channels. */
function contentHash(outcome: Outcome): string {
  const { occurredAt, recordedAt, listedAt, ...rest } = outcome;
  const times = [occurredAt, recordedAt, listedAt].map((time) => Date.parse(time));
  return createHash('sha256')
    .update(canonicalJson({ ...rest, times }), 'utf8')
    .digest('hex')
    .slice(0, 32);
}

/** The start of the slice that contains `ms`, in milliseconds. */
export function sliceStart(ms: number, everySeconds: number): number {
  const everyMs = everySeconds * 1_000;
  return Math.floor(ms / everyMs) * everyMs;
}
