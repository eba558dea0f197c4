import { describe, expect, it } from 'vitest';
import { pauseSeconds, withRetryPause } from '../../../lib/core/deliver/coming-back.ts';
import { Fault } from '../../../lib/core/faults.ts';

const fault = (retryable: boolean) => new Fault({ code: 'unavailable', message: 'away', retryable });

function received(receivedTimes = 1) {
  const hidden: number[] = [];
  return { receivedTimes, hidden, hide: async (seconds: number) => void hidden.push(seconds) };
}

const ports = { random: { fraction: () => 0 }, longestPauseSeconds: 360 };

describe('a message that failed', () => {
  it('comes back after 5 s, then three times as late each time, and never later than by itself', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 60].map((times) =>
      pauseSeconds(times, { longestSeconds: 360, fraction: 0 }),
    );
    expect(pauses).toEqual([5, 15, 45, 135, 360, 360, 360]);
  });

  it('comes back in whole seconds, spread over a fifth of its pause', () => {
    const [latest, earliest] = [0, 0.999].map((fraction) =>
      pauseSeconds(4, { longestSeconds: 360, fraction }),
    );
    expect([earliest, latest]).toEqual([109, 135]);
    expect(pauseSeconds(1, { longestSeconds: 360, fraction: 0.3 })).toBe(5);
  });

  it('is for 20 minutes at least no dead letter while a fault passes', () => {
    const waits = Array.from({ length: 8 }, (_, index) =>
      pauseSeconds(index + 1, { longestSeconds: 360, fraction: 0.999 }),
    );
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(20 * 60);
  });

  it('is hidden for its pause where the fault may pass, and fails all the same', async () => {
    const message = received(2);
    await expect(withRetryPause(ports, message, () => Promise.reject(fault(true)))).rejects.toThrow('away');
    expect(message.hidden).toEqual([15]);
  });

  it.each([fault(false), new TypeError('a mistake of ours')])(
    'waits for its visibility time-out after %s',
    async (error) => {
      const message = received();
      await expect(withRetryPause(ports, message, () => Promise.reject(error))).rejects.toBe(error);
      expect(message.hidden).toEqual([]);
    },
  );

  it('fails with its own fault where the queue refuses to hide it', async () => {
    const message = { receivedTimes: 1, hide: () => Promise.reject(new Error('MessageNotInflight')) };
    await expect(withRetryPause(ports, message, () => Promise.reject(fault(true)))).rejects.toThrow('away');
  });

  it('is left alone where nothing failed', async () => {
    const message = received();
    await withRetryPause(ports, message, async () => undefined);
    expect(message.hidden).toEqual([]);
  });
});
