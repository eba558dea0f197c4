import { isoTime } from '../../protocol/instants.ts';
import { createDigestSum, type Digest } from '../../protocol/row-digest.ts';
import { sinceOf } from '../asking/since.ts';
import { fullHour } from '../times.ts';
import type { ReconcilePorts } from './reconcile.ts';

/** All that was listed in a time, in one line. */
export interface Total {
  readonly count: number;
  /** 32 hex digits; equal where all rows are. */
  readonly hash: string;
}

export interface Totals {
  readonly from: string;
  readonly through: string;
  readonly there: Total;
  readonly here: Total;
  readonly isEqual: boolean;
}

/** Both digests of everything that is closed, side by side; undefined where nothing is closed yet. Changes nothing. */
export async function compareTotals(
  ports: Pick<ReconcilePorts, 'merchantId' | 'store' | 'questions' | 'types' | 'since'>,
  range: { readonly from?: string; readonly to?: string } = {},
): Promise<Totals | undefined> {
  const { merchantId, store, questions, types } = ports;
  const fromMs = fullHour(range.from ?? sinceOf(ports));
  const opening = await questions.opening(fromMs, range.to === undefined ? undefined : fullHour(range.to));
  if (opening === undefined) return undefined;
  const { toMs } = opening;
  const slices = await store.digests({ merchantId, fromMs, toMs, everySeconds: 86_400 });
  const there = totalOf(opening.slices.map(({ digest }) => digest));
  const here = totalOf([...slices.values()].map((digest) => digest.filter(types.includes)));
  const isEqual = there.count === here.count && there.hash === here.hash;
  return { from: isoTime(fromMs), through: isoTime(toMs), there, here, isEqual };
}

function totalOf(digests: readonly Digest[]): Total {
  const sum = createDigestSum();
  for (const digest of digests) {
    // One group for all: what they are of no longer matters.
    sum.addDigest(digest.map((group) => ({ ...group, transactionType: '', status: '', currency: '' })));
  }
  const [total] = sum.digest();
  return { count: total?.count ?? 0, hash: (total?.hash ?? 0n).toString(16).padStart(32, '0') };
}
