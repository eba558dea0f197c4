import { describe, expect, it } from 'vitest';
import { loadTables } from '../../../../bench/load/report/load-tables.ts';
import { loadResult, sceneResult } from './results.ts';

describe('the tables of bench:load', () => {
  it('show the service’s CPU without generator and receiver, and by process and part', () => {
    const text = loadTables(loadResult());
    expect(text).toMatch(/^single-8 .* 12\.00$/m);
    expect(text).toMatch(/^local cloud +10\.00$/m);
    expect(text).toMatch(/^ {2}record +7\.00$/m);
    expect(text).toMatch(/^load generator +1\.00$/m);
    expect(text).toMatch(/^flat: local cloud +200 +900 +300$/m);
  });

  it('leave out parts that used nothing', () => {
    const parts = [
      { part: 'record', per1000: 1 },
      { part: 'relay', per1000: 1 },
      { part: 'asleep', per1000: 0.001 },
    ];
    const cpu = [{ process: 'local cloud', per1000: 2, parts }];
    expect(loadTables(loadResult({ scenes: [sceneResult({ cpu })] }))).not.toContain('asleep');
  });

  it('end with what makes figures incomparable', () => {
    const scene = sceneResult({ warnings: ['other processes used 40 % of the CPU'], notes: ['a queue'] });
    const text = loadTables(loadResult({ scenes: [scene] }));
    expect(text).toMatch(
      /\nNOT COMPARABLE single-8: other processes used 40 % of the CPU\nsingle-8: a queue$/,
    );
  });

  it('show a dash where CPU cannot be read', () => {
    const text = loadTables(loadResult({ scenes: [sceneResult({ cpu: [] })], memory: [] }));
    expect(text).toMatch(/^single-8 .* –$/m);
    expect(text).not.toContain('memory in MB');
  });
});
