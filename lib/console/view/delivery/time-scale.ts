/**
 * Places moments of one delivery along an axis. The first retry may come after 5 seconds and the last after three days, so
 * the axis is logarithmic where a linear one would draw several moments on one spot.
 */
export interface TimeScale {
  readonly isLogarithmic: boolean;
  /** The share of the width, 0 to 1, of a time after the start. */
  shareOf(ms: number): number;
  /** Round times that label the axis, in milliseconds after the start. */
  readonly ticks: readonly number[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ROUND = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 30].map((n) => n * MINUTE),
  ...[1, 2, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 7, 14, 30].map((n) => n * DAY),
];

/** Labels closer than this would touch on a phone. */
const LEAST_TICK_GAP = 0.13;
/** A linear axis may show its smallest gap in this share of its width. */
const LEAST_GAP = 0.03;
/** The knee of a logarithmic axis: it is about linear below it. */
const KNEE_BOUNDS_MS = [50, MINUTE] as const;

/**
 * The scale for moments at these times after the start, in milliseconds. The axis ends at the last.
 *
 * @example timeScale([0, 120, 5_200, 305_000]).isLogarithmic === true
 */
export function timeScale(moments: readonly number[]): TimeScale {
  const sorted = [...new Set(moments.map((ms) => Math.max(0, ms)))].sort((left, right) => left - right);
  const end = Math.max(sorted.at(-1) ?? 0, 1);
  const gaps = sorted.slice(1).map((ms, index) => ms - (sorted[index] ?? 0));
  const smallest = Math.min(...gaps, end);
  const isLogarithmic = smallest < end * LEAST_GAP;
  const knee = Math.min(Math.max(smallest, KNEE_BOUNDS_MS[0]), KNEE_BOUNDS_MS[1]);
  const shareOf = (ms: number) => {
    const bounded = Math.min(Math.max(ms, 0), end);
    return isLogarithmic ? Math.log1p(bounded / knee) / Math.log1p(end / knee) : bounded / end;
  };
  return { isLogarithmic, shareOf, ticks: ticksOf(end, shareOf) };
}

function ticksOf(end: number, shareOf: TimeScale['shareOf']): readonly number[] {
  const ticks: number[] = [];
  let last = 0;
  for (const ms of ROUND) {
    if (ms > end) break;
    const share = shareOf(ms);
    if (share - last < LEAST_TICK_GAP) continue;
    ticks.push(ms);
    last = share;
  }
  return ticks;
}
