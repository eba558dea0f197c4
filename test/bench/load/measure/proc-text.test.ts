import { describe, expect, it } from 'vitest';
import {
  parseMachineCpu,
  parseResidentMb,
  parseSchedstat,
  parseStat,
} from '../../../../bench/load/measure/proc-text.ts';

const STAT =
  '4711 (odd ) name) S 17 4711 4711 0 -1 4194560 2000 0 3 0 1234 66 30 10 20 0 11 0 5000 1000 200 0 0 0';

describe('the texts of /proc', () => {
  it('give parent, CPU time and name of a process whose name contains brackets', () => {
    expect(parseStat(STAT)).toEqual({
      parent: 17,
      cpuSeconds: 13,
      endedChildrenSeconds: 0.4,
      command: 'odd ) name',
    });
  });

  it('give the time on a processor', () => {
    expect(parseSchedstat('1500000000 42 7\n')).toBe(1.5);
  });

  it('give the memory of a process, and none for a zombie', () => {
    expect(parseResidentMb('Name:\tnode\nVmHWM:\t 4096 kB\nVmRSS:\t  2048 kB\n')).toBe(2);
    expect(parseResidentMb('Name:\tnode\nState:\tZ (zombie)\n')).toBeUndefined();
  });

  it('give what programs used of the machine, without idle time and interrupts', () => {
    const text = 'cpu  100 20 30 9000 800 7 9 50 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
    expect(parseMachineCpu(text)).toEqual({ programs: 1.5, steal: 0.5 });
  });
});
