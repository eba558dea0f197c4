import { mergeNeighbours, secondsOf } from '../../receiver/reconciling/comparing.ts';
import type { Slice, Span, WindowQuestions } from '../../receiver/reconciling/questions.ts';
import { isSame, NOTHING, type Sum, sumOf, sumOfDigest, type WindowSums } from './sums.ts';

/** From days to hours to windows, wherever the ledger and the service do not add up to the same. */

const RESOLUTIONS = ['day', 'hour', 'window'] as const;

/** A window that is not known to be the same, and what of it. */
export interface Suspect {
  readonly startMs: number;
  /** Ids, versions, statuses, amounts and currencies. */
  readonly rowsDiffer: boolean;
  readonly typesDiffer: boolean;
  /** True also where the service has no digest of them. */
  readonly timesMayDiffer: boolean;
}

interface Range extends Span {
  readonly windowMs: number;
  /** Whether every row of the ledger says its transaction type. */
  readonly hasTypes: boolean;
}

/** @returns the windows that differ or may, oldest first */
export async function suspectWindows(
  questions: Pick<WindowQuestions, 'slices'>,
  ledger: WindowSums,
  { windowMs, hasTypes, ...range }: Range,
): Promise<readonly Suspect[]> {
  let spans: readonly Span[] = [range];
  for (const resolution of RESOLUTIONS) {
    const lengthMs = secondsOf(resolution, windowMs / 1_000) * 1_000;
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

/** The parts of a span, of one length, that do not add up to the same. */
function compare(
  slices: readonly Slice[],
  ledger: WindowSums,
  { fromMs, toMs, lengthMs, windowMs, hasTypes }: Range & { readonly lengthMs: number },
): readonly (Span & Suspect)[] {
  const sliceOf = (ms: number) => Math.floor(ms / lengthMs) * lengthMs;
  const put = (sums: Map<number, Sum>, ms: number, part: Sum) =>
    sums.set(sliceOf(ms), sumOf([sums.get(sliceOf(ms)) ?? NOTHING, part]));
  const here = new Map<number, Sum>();
  // A range that was answered in several pieces may have cut a slice in two.
  for (const { fromMs: startMs, digest, times } of slices) put(here, startMs, sumOfDigest(digest, times));
  const there = new Map<number, Sum>();
  for (let start = fromMs; start < toMs; start += windowMs) {
    const sum = ledger.get(start);
    if (sum !== undefined) put(there, start, sum);
  }
  return [...new Set([...here.keys(), ...there.keys()])]
    .map((start) => {
      const [own, theirs] = [here.get(start) ?? NOTHING, there.get(start) ?? NOTHING];
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
