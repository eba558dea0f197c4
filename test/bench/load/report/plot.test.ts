import { describe, expect, it } from 'vitest';
import { loadPlot } from '../../../../bench/load/report/plot.ts';
import { ticksTo } from '../../../../bench/load/report/svg.ts';
import { loadResult, sceneResult } from './results.ts';

const NOT_A_FIGURE = /NaN|Infinity|undefined/;

describe('the plot of bench:load', () => {
  it('has delays, CPU and memory, and colours for light and dark pages', () => {
    const svg = loadPlot(loadResult());
    expect(svg).toContain('Milliseconds from request to first attempt');
    expect(svg).toContain('CPU seconds for 1,000 notifications');
    expect(svg).toContain('Resident memory in MB, scenes flat');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(NOT_A_FIGURE);
  });

  it('escapes what the machine is called', () => {
    expect(loadPlot(loadResult())).toContain('Quiet &amp; &lt;small&gt;');
  });

  it('leaves out what was not measured', () => {
    const nothing = { p50: Number.NaN, p99: Number.NaN, p999: Number.NaN, max: Number.NaN };
    const svg = loadPlot(loadResult({ scenes: [sceneResult({ delivered: nothing, cpu: [] })], memory: [] }));
    expect(svg).not.toContain('Milliseconds');
    expect(svg).not.toMatch(NOT_A_FIGURE);
  });

  it('has ticks at round values that reach the largest', () => {
    expect(ticksTo(17, 'linear')).toEqual([0, 5, 10, 15, 20]);
    expect(ticksTo(0.3, 'linear').at(-1)).toBeGreaterThanOrEqual(0.3);
    expect(ticksTo(2_535, 'logarithmic')).toEqual([1, 10, 100, 1_000, 10_000]);
    expect(ticksTo(0, 'linear')).toEqual([0, 1]);
  });
});
