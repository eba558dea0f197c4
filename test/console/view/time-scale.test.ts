import { describe, expect, it } from 'vitest';
import { timeScale } from '../../../lib/console/view/delivery/time-scale.ts';

const HOUR = 3_600_000;

describe('the axis of a timeline', () => {
  it('is linear where all moments can be told apart', () => {
    const scale = timeScale([0, 1_000, 2_000, 4_000]);
    expect(scale.isLogarithmic).toBe(false);
    expect(scale.shareOf(1_000)).toBe(0.25);
  });

  it('is logarithmic for seconds and days on one axis, keeps the order, and ends at the last moment', () => {
    const moments = [0, 120, 5_200, 305_000, 2 * HOUR, 72 * HOUR];
    const scale = timeScale(moments);
    const shares = moments.map(scale.shareOf);
    expect(scale.isLogarithmic).toBe(true);
    expect(shares).toEqual(shares.toSorted((left, right) => left - right));
    expect(new Set(shares).size).toBe(moments.length);
    expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  });

  it('labels round times that do not touch', () => {
    const { ticks, shareOf } = timeScale([0, 120, 5_200, 305_000, 72 * HOUR]);
    const gaps = ticks.map((ms, index) => shareOf(ms) - shareOf(ticks[index - 1] ?? 0));
    expect(ticks.length).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.13);
  });

  it.each([[[]], [[0]], [[0, 0]], [[-5, 0]]])('has a place for %j', (moments) => {
    const { shareOf } = timeScale(moments);
    expect(shareOf(0)).toBe(0);
    expect(shareOf(1)).toBeLessThanOrEqual(1);
  });
});
