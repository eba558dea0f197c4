import { createHash } from 'node:crypto';
import type { Digest } from '../../protocol/row-digest.ts';
import type { Outcome } from '../outcome.ts';

/**
 * Where a receiver keeps which outcomes it has applied. The one promise that everything rests on: what `effects`
 * writes, and that the outcome is applied, are committed together or not at all.
 */
export interface ReceiverStore<Tx> {
  /**
   * Applies an outcome that was not applied yet: runs `effects` within the transaction that also remembers the
   * outcome. Returns after the commit; whatever it throws, nothing was applied. Of several calls at once for the
   * same outcome, one applies.
   */
  apply(
    outcome: Outcome,
    effects: Effects<Tx>,
    options?: { readonly acknowledgeLater: boolean },
  ): Promise<ApplyResult>;
  /** What was applied of some transactions; at most 1,000 at a time. Sees everything that was committed. */
  find(merchantId: string, transactionIds: readonly string[]): Promise<ReadonlyMap<string, AppliedOutcome>>;
  /**
   * Digests of what was applied and listed in a range, one for each slice of it that has rows, by the start of the
   * slice in milliseconds. Slices begin at multiples of their length.
   */
  digests(range: ListedRange & { readonly everySeconds: number }): Promise<ReadonlyMap<number, Digest>>;
  /** What was applied and listed in a range, in any order; with `bucket`, only those of it. */
  rows(range: ListedRange & { readonly bucket?: number }): AsyncIterable<AppliedOutcome>;
  /** A word that the kit keeps for its next run: a cursor, or how far it has reconciled. */
  mark(merchantId: string, name: MarkName): Promise<string | undefined>;
  setMark(merchantId: string, name: MarkName, value: string): Promise<void>;
  /** What was applied with `acknowledgeLater` and not yet acknowledged, oldest or not. */
  unacknowledged(merchantId: string, limit: number): Promise<readonly Acknowledgement[]>;
  acknowledged(merchantId: string, acknowledgement: Acknowledgement): Promise<void>;
}

/** What a store of your own must have, too. */
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

/** What the user writes, within the transaction of the store. */
export type Effects<Tx> = (tx: Tx) => void | Promise<void>;

export type MarkName = 'feed' | 'reconciledThrough';

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

/** What is kept of an outcome: enough for digests, and to know the same from another. */
export interface AppliedOutcome {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly version: number;
  readonly transactionType: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly listedAtMs: number;
  /** Of all its fields, metadata included. */
  readonly contentHash: string;
}

export type ApplyResult =
  | { readonly kind: 'applied' }
  /** The same was applied before. */
  | { readonly kind: 'duplicate' }
  /** A newer version was applied before; this one is history. */
  | { readonly kind: 'stale'; readonly applied: AppliedOutcome }
  /** Something else was applied before, and both cannot be true. */
  | { readonly kind: 'conflict'; readonly applied: AppliedOutcome };

/**
 * What to do with an outcome beside what was applied of its transaction. An end never changes, so a second end is a
 * contradiction whatever its version: only what is older than what stands is let pass as history.
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

/** The same for equal contents, whatever the order of keys and the form of times: channels need not agree on those. */
function contentHash(outcome: Outcome): string {
  const { occurredAt, recordedAt, listedAt, ...rest } = outcome;
  const times = [occurredAt, recordedAt, listedAt].map((time) => Date.parse(time));
  return createHash('sha256')
    .update(canonicalJson({ ...rest, times }), 'utf8')
    .digest('hex')
    .slice(0, 32);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

/** The start of the slice in which a moment lies. */
export function sliceStart(ms: number, everySeconds: number): number {
  const everyMs = everySeconds * 1_000;
  return Math.floor(ms / everyMs) * everyMs;
}
