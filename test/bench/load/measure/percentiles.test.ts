import { describe, expect, it } from 'vitest';
import { delaysOf, percentileOf } from '../../../../bench/load/measure/percentiles.ts';

describe('percentiles', () => {
  it('are values that were measured, in any order', () => {
    const values = [50, 10, 40, 20, 30];
    expect(percentileOf(values, 0.5)).toBe(30);
    expect(percentileOf(values, 0.99)).toBe(50);
    expect(percentileOf(values, 0)).toBe(10);
    expect(values).toEqual([50, 10, 40, 20, 30]);
  });

  it('tell one slow request in a thousand from the rest', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => (index === 0 ? 900 : 1));
    expect(delaysOf(values)).toEqual({ p50: 1, p99: 1, p999: 1, max: 900 });
    expect(delaysOf([...values, 900]).p999).toBe(900);
  });

  it('are not a number if nothing was measured', () => {
    expect(delaysOf([])).toEqual({ p50: Number.NaN, p99: Number.NaN, p999: Number.NaN, max: Number.NaN });
  });
});
