import {
  addHashes,
  createDigestSum,
  type Digest,
  type DigestSum,
  sameDigest,
} from '../../protocol/row-digest.ts';
import type { EventTypes } from '../event-types.ts';
import { type ReceiverStore, sliceStart } from '../stores/receiver-store.ts';
import type { Slice } from './questions.ts';
import type { Span } from './spans.ts';

/** A slice for which the rows of the service and of this receiver differ. */
export interface Difference extends Span {
  /** Number of rows that the service has. `thereHash` is the sum of their hashes. */
  readonly there: number;
  readonly thereHash: bigint;
  /** Number of rows that were applied here. */
  readonly here: number;
}

export interface Comparison {
  /** Number of slices with at least one row on either side. */
  readonly slices: number;
  /** Oldest first. */
  readonly differences: readonly Difference[];
}

/** Compares the service's digests in a span with those of the applied outcomes, slice by slice. */
export async function compare(
  {
    store,
    merchantId,
    types,
  }: {
    readonly store: Pick<ReceiverStore<never>, 'digests'>;
    readonly merchantId: string;
    readonly types: EventTypes;
  },
  span: Span & { readonly everySeconds: number; readonly there: readonly Slice[] },
): Promise<Comparison> {
  const { fromMs, toMs, everySeconds } = span;
  const here = await store.digests({ merchantId, fromMs, toMs, everySeconds });
  const there = sumsBySlice(span.there, everySeconds);
  const starts = [...new Set([...here.keys(), ...there.keys()])].sort((left, right) => left - right);
  const differences = starts.flatMap((start): readonly Difference[] => {
    const own = (here.get(start) ?? []).filter(types.includes);
    const theirs = there.get(start)?.digest() ?? [];
    if (sameDigest(own, theirs)) return [];
    const cut = { fromMs: Math.max(start, fromMs), toMs: Math.min(start + everySeconds * 1_000, toMs) };
    return [{ ...cut, here: countOf(own), there: countOf(theirs), thereHash: hashOf(theirs) }];
  });
  return { slices: starts.length, differences };
}

/** Adds up the digests of each slice. If a range was read in several requests, a slice may arrive in two parts. */
function sumsBySlice(slices: readonly Slice[], everySeconds: number): ReadonlyMap<number, DigestSum> {
  const sums = new Map<number, DigestSum>();
  for (const { fromMs, digest } of slices) {
    const start = sliceStart(fromMs, everySeconds);
    const sum = sums.get(start) ?? createDigestSum();
    sum.addDigest(digest);
    sums.set(start, sum);
  }
  return sums;
}

function countOf(digest: Digest): number {
  return digest.reduce((sum, { count }) => sum + count, 0);
}

function hashOf(digest: Digest): bigint {
  return digest.reduce((sum, { hash }) => addHashes(sum, hash), 0n);
}
