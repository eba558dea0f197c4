import { resolutionSeconds } from '../protocol/resolutions.ts';
import type { Slice, WindowQuestions } from '../receiver/reconciling/questions.ts';
import type { Span } from '../receiver/reconciling/spans.ts';
import { mergeNeighbours } from '../receiver/reconciling/spans.ts';
import { EMPTY_SUM, isSame, type Sum, sumOf, sumOfDigest, type WindowSums } from './sums.ts';

/** Order of comparison: days, then hours, then windows. Each step only asks for the parts that differ. */

const RESOLUTIONS = ['day', 'hour', 'window'] as const;

/** A window that may differ, and how. */
export interface Suspect {
  readonly startMs: number;
  /** Ids, versions, statuses, amounts and currencies. */
  readonly rowsDiffer: boolean;
  readonly typesDiffer: boolean;
  /** Also true if the service has no digest of the times. */
  readonly timesMayDiffer: boolean;
}

interface Range extends Span {
  readonly windowMs: number;
  /** Whether every row of the ledger has a transaction type. */
  readonly hasTypes: boolean;
}

/** Finds the windows whose sums differ. @returns them, oldest first */
export async function suspectWindows(
  questions: Pick<WindowQuestions, 'slices'>,
  ledger: WindowSums,
  { windowMs, hasTypes, ...range }: Range,
): Promise<readonly Suspect[]> {
  let spans: readonly Span[] = [range];
  for (const resolution of RESOLUTIONS) {
    const lengthMs = resolutionSeconds(resolution, windowMs / 1_000) * 1_000;
    const found: (Span & Suspect)[] = [];
    for (const span of spans) {
      const here = await questions.slices(span, resolution);
      found.push(...compare(here, ledger, { ...span, lengthMs, windowMs, hasTypes }));
    }
    if (resolution === 'window') return found;
    spans = mergeNeighbours(found);
  }
  return [];
}

/** The slices of a span whose sums differ. All slices have length `lengthMs`. */
function compare(
  slices: readonly Slice[],
  ledger: WindowSums,
  { fromMs, toMs, lengthMs, windowMs, hasTypes }: Range & { readonly lengthMs: number },
): readonly (Span & Suspect)[] {
  const sliceOf = (ms: number) => Math.floor(ms / lengthMs) * lengthMs;
  const put = (sums: Map<number, Sum>, ms: number, part: Sum) =>
    sums.set(sliceOf(ms), sumOf([sums.get(sliceOf(ms)) ?? EMPTY_SUM, part]));
  const here = new Map<number, Sum>();
  // If a range was answered in several pieces, a slice may be split in two. Add its parts up.
  for (const { fromMs: startMs, digest, times } of slices) put(here, startMs, sumOfDigest(digest, times));
  const there = new Map<number, Sum>();
  for (let start = fromMs; start < toMs; start += windowMs) {
    const sum = ledger.get(start);
    if (sum !== undefined) put(there, start, sum);
  }
  return [...new Set([...here.keys(), ...there.keys()])]
    .map((start) => {
      const [own, theirs] = [here.get(start) ?? EMPTY_SUM, there.get(start) ?? EMPTY_SUM];
      return {
        startMs: start,
        fromMs: Math.max(start, fromMs),
        toMs: Math.min(start + lengthMs, toMs),
        rowsDiffer: !isSame(own, theirs),
        typesDiffer: hasTypes && own.types !== theirs.types,
        timesMayDiffer: own.times !== theirs.times,
      };
    })
    .filter(({ rowsDiffer, typesDiffer, timesMayDiffer }) => rowsDiffer || typesDiffer || timesMayDiffer)
    .sort((left, right) => left.startMs - right.startMs);
}
