/** Numbers that charts are drawn from. Lengths are percentages, so that charts fill their place without a script. */

/** `percent(0.1234)` is `12.34%`. */
export const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`;

/** The smallest of 1, 2 and 5 times a power of ten that is not below the value; at least 1. */
export function roundedUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

/**
 * Widths of parts that add up to 1. A part that is not 0 gets at least `least`, so that it can be seen; the largest part
 * pays for it.
 */
export function visibleShares(values: readonly number[], least: number): readonly number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum === 0) return values.map(() => 0);
  const shares = values.map((value) => (value === 0 ? 0 : Math.max(least, value / sum)));
  const excess = shares.reduce((total, share) => total + share, 0) - 1;
  const largest = shares.indexOf(Math.max(...shares));
  return shares.map((share, index) => (index === largest ? share - excess : share));
}

/** A class of a histogram: how many were at most `upToMs`. Without a bound: longer than the last bound. */
export interface DelayClass {
  readonly upToMs?: number;
  readonly count: number;
}

export interface Quantile {
  /** The place of the class among the classes. */
  readonly index: number;
  readonly upToMs: number | undefined;
}

/** The class in which the share of all delays is reached; undefined without delays. */
export function quantile(classes: readonly DelayClass[], share: number): Quantile | undefined {
  const total = classes.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const [index, { count, upToMs }] of classes.entries()) {
    seen += count;
    if (count > 0 && seen >= total * share) return { index, upToMs };
  }
  return undefined;
}
