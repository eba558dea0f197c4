import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../../../lib/adapters/memory/memory-stores.ts';
import { createHealthMonitor } from '../../../../lib/core/deliver/health/health-monitor.ts';
import { START_MS } from '../../../support/world.ts';

const circuit = { merchantId: 'demo' as never, circuitId: 'ep_1' };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function monitors(count = 1) {
  const time = { nowMs: START_MS };
  const clock = { now: () => time.nowMs };
  const { health } = createMemoryStores({ clock });
  let writes = 0;
  const counted = {
    read: health.read,
    save: async (...args: Parameters<typeof health.save>) => {
      writes += 1;
      return health.save(...args);
    },
  };
  const all = Array.from({ length: count }, () =>
    createHealthMonitor({ health: counted, clock, reporter: { report: () => undefined } }),
  );
  const [monitor] = all;
  if (monitor === undefined) throw new Error('none');
  const fail = (times: number, everyMs = 4_000, durationMs = 10) =>
    repeat(times, async () => {
      await monitor.observe(circuit, { isDelivered: false, durationMs });
      time.nowMs += everyMs;
    });
  return { time, monitor, all, fail, writes: () => writes, stored: () => health.read(circuit) };
}

function lasting(count = 1) {
  const found = monitors(count);
  const observe = (isDelivered: boolean, one = found.monitor) =>
    one.observe(circuit, { isDelivered, durationMs: 10 });
  return { ...found, observe };
}

async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  for (let n = 0; n < times; n += 1) await work();
}

describe('a breaker', () => {
  it('opens after 20 failures in a row over at least a minute, and not before', async () => {
    const { monitor, fail } = monitors();
    await fail(19);
    expect(await monitor.admit(circuit)).toEqual({ kind: 'go' });
    await fail(1);
    expect(await monitor.admit(circuit)).toMatchObject({ kind: 'defer' });
  });

  it('stays closed for any number of failures within a minute', async () => {
    const { monitor, fail } = monitors();
    await fail(500, 100);
    expect(await monitor.admit(circuit)).toEqual({ kind: 'go' });
  });

  it('stays closed if there is a success between', async () => {
    const { monitor, fail } = monitors();
    await fail(19);
    await monitor.observe(circuit, { isDelivered: true, durationMs: 10 });
    await fail(19);
    expect(await monitor.admit(circuit)).toEqual({ kind: 'go' });
  });

  it('lets one caller of many probe it, and closes on success', async () => {
    const { all, time, fail } = monitors(5);
    await fail(20);
    time.nowMs += MINUTE;
    const admissions = await Promise.all(all.map((one) => one.admit(circuit)));
    expect(admissions.filter(({ kind }) => kind === 'go')).toHaveLength(1);
    await all[0]?.observe(circuit, { isDelivered: true, durationMs: 10 });
    time.nowMs += 10_000;
    for (const one of all) expect(await one.admit(circuit)).toEqual({ kind: 'go' });
  });

  it('opens again where the probe fails, and waits longer the longer it has been dead', async () => {
    const { monitor, time, fail } = monitors();
    await fail(20);
    const pauses: number[] = [];
    for (let probe = 0; probe < 12; probe += 1) {
      const admission = await monitor.admit(circuit);
      if (admission.kind !== 'defer') throw new Error('it should be open');
      pauses.push(admission.probeAtMs - time.nowMs);
      time.nowMs = admission.probeAtMs;
      expect(await monitor.admit(circuit)).toEqual({ kind: 'go', isProbe: true });
      await monitor.observe(circuit, { isDelivered: false, durationMs: 10 });
    }
    expect(pauses.slice(1)).toEqual([...pauses.slice(1)].sort((a, b) => a - b));
    expect(pauses.at(-1)).toBe(15 * MINUTE);
  });

  it('lets another probe go where the first died with its function', async () => {
    const { all, time, fail } = monitors(2);
    await fail(20);
    time.nowMs += MINUTE;
    expect(await all[0]?.admit(circuit)).toEqual({ kind: 'go', isProbe: true });
    expect(await all[1]?.admit(circuit)).toMatchObject({ kind: 'defer' });
    time.nowMs += 2 * MINUTE;
    expect(await all[1]?.admit(circuit)).toEqual({ kind: 'go', isProbe: true });
  });
});

describe('health', () => {
  it('begins to fail at most once a minute in the table, even if the receiver flaps', async () => {
    const { monitor, time, writes } = monitors();
    await repeat(600, async () => {
      await monitor.observe(circuit, { isDelivered: false, durationMs: 10 });
      await monitor.observe(circuit, { isDelivered: true, durationMs: 10 });
      time.nowMs += 1_000;
    });
    expect(writes()).toBeLessThanOrEqual(2 * 10);
  });

  it('of what always succeeds is never written', async () => {
    const { monitor, writes } = monitors();
    await repeat(
      100,
      async () => void (await monitor.observe(circuit, { isDelivered: true, durationMs: 10 })),
    );
    expect(writes()).toBe(0);
  });

  it('is slow for all instances as soon as one notices it, before the answer arrives', async () => {
    const { all } = monitors(2);
    await all[0]?.markSlow(circuit);
    expect(await all[1]?.isSlowOrOpen(circuit)).toBe(true);
    expect(await all[1]?.admit(circuit)).toEqual({ kind: 'go' });
  });

  it('is written once, however many requests are slow at the same time', async () => {
    const { monitor, writes } = monitors();
    for (let request = 0; request < 10; request += 1) await monitor.markSlow(circuit);
    expect(writes()).toBe(1);
  });

  it('is read again after a write that another instance overtook, however young the view is', async () => {
    const { all, fail } = monitors(2);
    await fail(19);
    expect(await all[1]?.isOpen(circuit)).toBe(false);
    await fail(1);
    expect(await all[1]?.isOpen(circuit)).toBe(false);
    await all[1]?.markSlow(circuit);
    expect(await all[1]?.isOpen(circuit)).toBe(true);
  });

  it('is slow after one long answer, and quick again after some short ones', async () => {
    const { monitor, time } = monitors();
    await monitor.observe(circuit, { isDelivered: true, durationMs: 9_000 });
    expect(await monitor.isSlowOrOpen(circuit)).toBe(true);
    await repeat(6, async () => {
      time.nowMs += MINUTE;
      await monitor.observe(circuit, { isDelivered: true, durationMs: 50 });
    });
    expect(await monitor.isSlowOrOpen(circuit)).toBe(false);
  });

  it('is lost after five days of nothing but failures of any instance, and not before', async () => {
    const { all, time, observe } = lasting(5);
    for (let day = 0; day < 5; day += 1) {
      expect(await observe(false, all[day])).toEqual({ isLost: false });
      time.nowMs += DAY;
    }
    time.nowMs -= 1;
    expect(await observe(false)).toEqual({ isLost: false });
    time.nowMs += 1;
    expect(await observe(false)).toEqual({ isLost: true });
  });

  it('is not lost by two failures five days apart, nor by two bad hours', async () => {
    const { time, observe } = lasting();
    await observe(false);
    time.nowMs += 5 * DAY;
    expect(await observe(false)).toEqual({ isLost: false });
    await repeat(60, async () => {
      time.nowMs += MINUTE;
      expect(await observe(false)).toEqual({ isLost: false });
    });
  });

  it('that is called once a week is lost when it failed on five days', async () => {
    const { time, observe } = lasting();
    const lost: boolean[] = [];
    await repeat(6, async () => {
      lost.push((await observe(false)).isLost);
      time.nowMs += 7 * DAY;
    });
    expect(lost).toEqual([false, false, false, false, true, true]);
  });

  it('is not lost by the old view of a process while another has had an answer', async () => {
    const { all, time, observe } = lasting(2);
    await repeat(5, async () => {
      await observe(false);
      time.nowMs += DAY;
    });
    await all[0]?.isOpen(circuit);
    await observe(true, all[1]);
    time.nowMs += 5_000;
    expect(await observe(false)).toEqual({ isLost: false });
  });

  it('that stays dead for days is written once a day and for its breaker', async () => {
    const { time, observe, writes } = lasting();
    await repeat(5 * 24 * 4, async () => {
      await observe(false);
      time.nowMs += 15 * MINUTE;
    });
    // Once for each of the five days, and once where the breaker opened: these failures are no probes.
    expect(writes()).toBeLessThanOrEqual(6);
  });

  it('begins its days anew after an answer', async () => {
    const { time, observe } = lasting();
    await repeat(4, async () => {
      await observe(false);
      time.nowMs += DAY;
    });
    await observe(true);
    time.nowMs += MINUTE;
    await repeat(5, async () => {
      expect(await observe(false)).toEqual({ isLost: false });
      time.nowMs += DAY;
    });
    expect(await observe(false)).toEqual({ isLost: true });
  });

  it('is not lost by a failure long after an answer that followed the first failure at once', async () => {
    const { time, observe } = lasting();
    await observe(false);
    await observe(true);
    time.nowMs += 6 * DAY;
    expect(await observe(false)).toEqual({ isLost: false });
  });

  it('is not lost where one answer came within the five days', async () => {
    const { time, observe } = lasting();
    await observe(false);
    time.nowMs += 3 * DAY;
    await observe(true);
    await observe(false);
    time.nowMs += 3 * DAY;
    expect(await observe(false)).toEqual({ isLost: false });
  });
});
