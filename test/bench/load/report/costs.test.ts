import { describe, expect, it } from 'vitest';
import type { CpuReading } from '../../../../bench/load/measure/processes.ts';
import { costsBetween, partOf } from '../../../../bench/load/report/costs.ts';

const MACHINE = { programs: 0, steal: 0 };
type Thread = readonly [id: string, name: string, seconds: number];

function reading(seconds: number, threads: readonly Thread[]): CpuReading {
  const all = new Map(threads.map(([id, name, used]) => [id, { name, seconds: used }]));
  return { machine: MACHINE, processes: new Map([['local cloud', { seconds, threads: all }]]) };
}

describe('CPU by part', () => {
  it('adds up the threads of a function, those too that started meanwhile', () => {
    const before = reading(3, [
      ['1', 'MainThread', 1],
      ['2', 'TidingsRecordAB', 2],
    ]);
    const after = reading(8, [
      ['1', 'MainThread', 2],
      ['2', 'TidingsRecordAB', 4],
      ['3', 'TidingsRecordAB', 2],
    ]);
    expect(costsBetween(before, after, 500)).toEqual([
      {
        process: 'local cloud',
        per1000: 10,
        parts: [
          { part: 'record', per1000: 8 },
          { part: 'main thread', per1000: 2 },
        ],
      },
    ]);
  });

  it('counts what ended threads used, and no thread twice whose id was given again', () => {
    const before = reading(5, [['7', 'TidingsAudit12', 5]]);
    const after = reading(9, [['7', 'TidingsClose34', 1]]);
    expect(costsBetween(before, after, 1_000)[0]?.parts).toEqual([
      { part: 'threads that ended', per1000: 3 },
      { part: 'close', per1000: 1 },
    ]);
  });

  it.each([
    ['TidingsDeliver9', 'deliver'],
    ['TidingsRecord8F2A1B3C', 'record'],
    ['TidingsStatemen', 'statemen'],
    ['TidingsStatement4F5A6B7C', 'statemen'],
    ['TidingsTestRequ', 'testrequ'],
    ['MainThread', 'main thread'],
    ['tokio-rt-worker', 'tokio-rt-worker'],
  ])('names the thread %s %s', (thread, part) => {
    expect(partOf(thread)).toBe(part);
  });
});
