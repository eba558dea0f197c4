import { describe, expect, it } from 'vitest';
import { comparisonOf, flatnessOf } from '../../../../bench/load/report/last-run.ts';
import { loadResult, sceneResult } from './results.ts';

const BEFORE = loadResult({ at: '2026-11-28T05:00:00.000Z' });

/** Cells of the row of a scene, without blanks. */
function rowOf(text: string, name: string): readonly string[] {
  const row = text.split('\n').find((line) => line.startsWith(`${name} `)) ?? '';
  return row.split(/\s{2,}/).slice(1);
}

describe('the comparison with the run before', () => {
  it('divides each figure by the one of the same scene', () => {
    const cpu = [{ process: 'local cloud', per1000: 6, parts: [] }];
    const scene = sceneResult({
      acceptedPerSecond: 400,
      deliveredPerSecond: 150,
      delivered: { p50: 10, p99: 300, p999: 300, max: 300 },
      cpu,
    });
    const text = comparisonOf(loadResult({ scenes: [scene] }), BEFORE);
    expect(rowOf(text, 'single-8')).toEqual(['2.00×', '1.50×', '0.50×', '1.50×', '0.50×']);
    expect(text).toContain('÷ the run of 2026-11-28T05:00:00.000Z');
    expect(text).not.toContain('another machine');
  });

  it('says which rows are not comparable', () => {
    const noisy = sceneResult({ warnings: ['other processes used 40 % of the CPU'] });
    const text = comparisonOf(loadResult({ scenes: [noisy] }), BEFORE);
    expect(rowOf(text, 'single-8').at(-1)).toBe('not comparable');
  });

  it('says that the other run was on another machine', () => {
    const machine = { ...BEFORE.machine, processors: 64 };
    expect(comparisonOf(loadResult({ machine }), BEFORE)).toContain('The run before was on another machine');
  });

  it('leaves out scenes with another count, and is empty without any', () => {
    expect(comparisonOf(loadResult({ scenes: [sceneResult({ count: 5 })] }), BEFORE)).toBe('');
  });

  it('shows no ratio of what was not measured, also after it was stored as JSON', () => {
    const nothing = { p50: Number.NaN, p99: Number.NaN, p999: Number.NaN, max: Number.NaN };
    const before = JSON.parse(
      JSON.stringify(loadResult({ scenes: [sceneResult({ delivered: nothing, cpu: [] })] })),
    );
    const text = comparisonOf(loadResult(), before);
    expect(rowOf(text, 'single-8')).toEqual(['1.00×', '1.00×', '–', '–', '–']);
  });
});

describe('flatness', () => {
  it('divides the scene after many records by the first', () => {
    const first = sceneResult({ name: 'flat-first' });
    const later = sceneResult({
      name: 'flat-later',
      delivered: { p50: 40, p99: 220, p999: 1, max: 1 },
      deliveredPerSecond: 90,
    });
    expect(flatnessOf([first, later])).toBe(
      'flat-later ÷ flat-first: CPU 1.00×, first attempt p50 2.00×, p99 1.10×, delivered/s 0.90×',
    );
  });

  it('is empty if one of the two was not run', () => {
    expect(flatnessOf([sceneResult({ name: 'flat-first' })])).toBe('');
  });
});
