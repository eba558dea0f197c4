import { mergeNeighbours, secondsOf } from '../../receiver/reconciling/comparing.ts';
import type { Slice, Span, WindowQuestions } from '../../receiver/reconciling/questions.ts';
import { isSame, NOTHING, type Sum, sumOf, type WindowSums } from './sums.ts';

/** From days to hours to windows, wherever the ledger and the service do not add up to the same. */

const RESOLUTIONS = ['day', 'hour', 'window'] as const;

/** @returns the starts of the windows that differ, oldest first */
export async function differingWindows(
  questions: Pick<WindowQuestions, 'slices'>,
  ledger: WindowSums,
  { windowMs, ...range }: Span & { readonly windowMs: number },
): Promise<readonly number[]> {
  let spans: readonly Span[] = [range];
  for (const resolution of RESOLUTIONS) {
    const lengthMs = secondsOf(resolution, windowMs / 1_000) * 1_000;
    const differing: Span[] = [];
    for (const span of spans) {
      const here = await questions.slices(span, resolution);
      differing.push(...compare(here, ledger, { ...span, lengthMs, windowMs }));
    }
    spans = resolution === 'window' ? differing : mergeNeighbours(differing);
  }
  return spans.map(({ fromMs }) => fromMs);
}

/** The parts of a span, of one length, that do not add up to the same. */
function compare(
  slices: readonly Slice[],
  ledger: WindowSums,
  { fromMs, toMs, lengthMs, windowMs }: Span & { readonly lengthMs: number; readonly windowMs: number },
): readonly Span[] {
  const sliceOf = (ms: number) => Math.floor(ms / lengthMs) * lengthMs;
  const put = (sums: Map<number, Sum>, ms: number, parts: Iterable<Sum>) =>
    sums.set(sliceOf(ms), sumOf([sums.get(sliceOf(ms)) ?? NOTHING, ...parts]));
  const here = new Map<number, Sum>();
  // A range that was answered in several pieces may have cut a slice in two.
  for (const slice of slices) put(here, slice.fromMs, slice.digest);
  const there = new Map<number, Sum>();
  for (let start = fromMs; start < toMs; start += windowMs) {
    const sum = ledger.get(start);
    if (sum !== undefined) put(there, start, [sum]);
  }
  return [...new Set([...here.keys(), ...there.keys()])]
    .filter((start) => !isSame(here.get(start) ?? NOTHING, there.get(start) ?? NOTHING))
    .sort((left, right) => left - right)
    .map((start) => ({ fromMs: Math.max(start, fromMs), toMs: Math.min(start + lengthMs, toMs) }));
}
