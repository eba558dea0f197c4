import { describe, expect, it } from 'vitest';
import { readCpu, readMemory, unreadableBecause } from '../../../../bench/load/measure/processes.ts';

describe('CPU and memory by process', () => {
  it('cannot be read without /proc, and the bench says why', () => {
    expect(unreadableBecause('darwin')).toBe(
      "CPU and memory by process cannot be read on darwin: they come from Linux's /proc",
    );
    expect(unreadableBecause('linux')).toBeUndefined();
  });

  it('are those of the process and its threads', () => {
    const watched = [{ name: 'own', pid: process.pid }];
    if (unreadableBecause() !== undefined) {
      expect(readCpu(watched)).toBeUndefined();
      return;
    }
    const { seconds, threads } = readCpu(watched)?.processes.get('own') ?? {};
    expect(seconds).toBeGreaterThan(0);
    expect([...(threads?.values() ?? [])].map(({ name }) => name)).toContain('MainThread');
    expect(readMemory(watched).get('own')).toBeGreaterThan(10);
  });

  it('are nothing for a process that has ended', () => {
    const watched = [{ name: 'ended', pid: 2 ** 22 + 1 }];
    const cpu = readCpu(watched)?.processes.get('ended');
    expect(cpu ?? { seconds: 0, threads: new Map() }).toEqual({ seconds: 0, threads: new Map() });
    expect(readMemory(watched).get('ended') ?? 0).toBe(0);
  });
});
