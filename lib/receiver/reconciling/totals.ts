import { isoTime } from '../../protocol/instants.ts';
import { createDigestSum, type Digest } from '../../protocol/row-digest.ts';
import { readResponsibility, resumeMs, type SincePorts, startOf } from '../asking/since.ts';
import { fullHour } from '../times.ts';
import type { ReconcilePorts } from './reconcile.ts';

/** Control total of all outcomes listed in a range. */
export interface Total {
  readonly count: number;
  /** 32 hex digits. Equal sets of rows have equal hashes. */
  readonly hash: string;
}

export interface Totals {
  readonly from: string;
  readonly through: string;
  readonly there: Total;
  readonly here: Total;
  readonly isEqual: boolean;
}

/**
 * Returns the control totals of both sides for all closed windows of a range. Changes nothing.
 *
 * @param range full hours, ISO 8601. Default: from the earliest `service.since` that a run was given, or
 *   without `service.since` from two hours before the mark that the last `reconcile` stored, to the end of the last closed window.
 *   What the service no longer keeps is left out: `from` says where the range begins.
 * @returns undefined if no window is closed yet
 * @throws ReceiverFault `since_missing`, `invalid_time`
 */
export async function compareTotals(
  ports: Pick<ReconcilePorts, 'merchantId' | 'store' | 'questions' | 'types' | 'since'>,
  range: { readonly from?: string; readonly to?: string } = {},
): Promise<Totals | undefined> {
  const { merchantId, store, questions, types } = ports;
  const askedMs = await firstMs(ports, range.from);
  const lastMs = range.to === undefined ? undefined : fullHour(range.to, 'to');
  const opening = await questions.opening(askedMs, lastMs, range.from === undefined);
  if (opening === undefined) return undefined;
  const { fromMs, toMs } = opening;
  const slices = await store.digests({ merchantId, fromMs, toMs, everySeconds: 86_400 });
  const there = totalOf(opening.slices.map(({ digest }) => digest));
  const here = totalOf([...slices.values()].map((digest) => digest.filter(types.includes)));
  const isEqual = there.count === here.count && there.hash === here.hash;
  return { from: isoTime(fromMs), through: isoTime(toMs), there, here, isEqual };
}

async function firstMs(ports: SincePorts, from: string | undefined): Promise<number> {
  if (from !== undefined) return fullHour(from, 'from');
  const responsibility = await readResponsibility(ports);
  return ports.since === undefined ? resumeMs(responsibility) : startOf(responsibility);
}

function totalOf(digests: readonly Digest[]): Total {
  const sum = createDigestSum();
  for (const digest of digests) {
    // Empty labels put all rows into one group: the total has no types, statuses or currencies.
    sum.addDigest(digest.map((group) => ({ ...group, transactionType: '', status: '', currency: '' })));
  }
  const [total] = sum.digest();
  return { count: total?.count ?? 0, hash: (total?.hash ?? 0n).toString(16).padStart(32, '0') };
}
