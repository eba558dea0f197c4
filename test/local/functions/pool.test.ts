import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Container, InvocationFailure } from '../../../lib/local/functions/container.ts';
import { createPool, type PoolSetting } from '../../../lib/local/functions/pool.ts';

/** An instance that starts and answers when the test says so. */
interface Scripted extends Container {
  isAlive: boolean;
  finishStart(): void;
  /** Answers the current event. */
  answer(): void;
  readonly ended: number;
}

/** @param activeShare how much of the time it computes */
function scripted(activeShare: number): Scripted {
  const start = Promise.withResolvers<void>();
  let current = Promise.withResolvers<string>();
  let ended = 0;
  const container: Scripted = {
    isAlive: true,
    started: start.promise,
    activeMs: () => activeShare * Date.now(),
    finishStart: start.resolve,
    answer: () => {
      current.resolve('null');
      current = Promise.withResolvers<string>();
    },
    get ended() {
      return ended;
    },
    invoke: () => current.promise,
    end: async () => {
      ended += 1;
      container.isAlive = false;
      current.promise.catch(() => {});
      current.reject(new InvocationFailure('crash', { errorType: 'E', errorMessage: 'ended', trace: [] }));
    },
  };
  return container;
}

function poolOf(setting: Partial<PoolSetting> = {}, activeShare = 1) {
  const started: Scripted[] = [];
  const pool = createPool(
    {
      logicalId: 'Fn',
      functionName: 'fn',
      functionArn: 'arn:fn',
      timeoutMs: 1_000,
      mayRecurse: true,
      size: 3,
      idleMs: 60_000,
      isBusy: () => false,
      start: () => {
        const container = scripted(activeShare);
        started.push(container);
        return container;
      },
      ...setting,
    },
    () => {},
  );
  return { pool, started };
}

describe('the instances of a function', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are none before the first event, and one for events in turn', async () => {
    const { pool, started } = poolOf();
    expect(started).toHaveLength(0);
    for (let event = 0; event < 3; event += 1) {
      const answered = pool.invoke({});
      await vi.advanceTimersByTimeAsync(1);
      started[0]?.finishStart();
      started[0]?.answer();
      await answered;
    }
    expect(started).toHaveLength(1);
  });

  it('become more only while events wait for long, one after the other, up to the size', async () => {
    const { pool, started } = poolOf();
    for (let event = 0; event < 9; event += 1) void pool.invoke({});
    await vi.advanceTimersByTimeAsync(500);
    // Another one starts only when the last one has started: a cold start must not bring a dozen instances.
    expect(started).toHaveLength(1);
    for (let expected = 2; expected <= 3; expected += 1) {
      started.at(-1)?.finishStart();
      await vi.advanceTimersByTimeAsync(500);
      expect(started).toHaveLength(expected);
    }
    started.at(-1)?.finishStart();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(started).toHaveLength(3);
  });

  it('stay as they are while quick answers keep the waits short', async () => {
    const { pool, started } = poolOf();
    const answers = Array.from({ length: 20 }, () => pool.invoke({}));
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    for (let event = 0; event < 20; event += 1) {
      await vi.advanceTimersByTimeAsync(2);
      started[0]?.answer();
    }
    await Promise.all(answers);
    expect(started).toHaveLength(1);
  });

  it('become more slowly on a machine that has no free core', async () => {
    const { pool, started } = poolOf({ isBusy: () => true });
    for (let event = 0; event < 2; event += 1) void pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(started).toHaveLength(2);
  });

  it('become more at once on a busy machine if they wait for others themselves', async () => {
    const { pool, started } = poolOf({ isBusy: () => true }, 0.05);
    for (let event = 0; event < 2; event += 1) void pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toHaveLength(2);
  });

  it('end when they had no event for a while, and start anew', async () => {
    const { pool, started } = poolOf();
    const answered = pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    started[0]?.answer();
    await answered;
    await vi.advanceTimersByTimeAsync(59_000);
    expect(started[0]?.ended).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(started[0]?.ended).toBe(1);
    void pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toHaveLength(2);
  });

  it('have room at once where none is busy, and otherwise when one becomes free', async () => {
    const { pool, started } = poolOf({ size: 1 });
    await pool.room();
    expect(started).toHaveLength(0);
    const answered = pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    let hasRoom = false;
    const room = pool.room().then(() => {
      hasRoom = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(hasRoom).toBe(false);
    started[0]?.answer();
    await Promise.all([answered, room]);
  });

  it('answer the events that wait when the cloud stops, as long as there is time', async () => {
    const { pool, started } = poolOf({ size: 1 });
    const answers = Array.from({ length: 3 }, () => pool.invoke({}));
    await vi.advanceTimersByTimeAsync(1);
    const stopped = pool.stop(5_000);
    for (let event = 0; event < 3; event += 1) {
      expect(started[0]?.ended).toBe(0);
      started[0]?.answer();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(await Promise.all(answers)).toEqual([null, null, null]);
    await stopped;
    expect(started.map(({ ended }) => ended)).toEqual([1]);
  });

  it('do not start again when the cloud stops at the moment at which an event arrives', async () => {
    const { pool, started } = poolOf();
    const refused = expect(pool.invoke({})).rejects.toThrow('stopping');
    await pool.stop(5_000);
    await vi.advanceTimersByTimeAsync(1);
    expect(started.map(({ ended }) => ended)).toEqual([1]);
    await refused;
  });

  it('refuse the events that still wait when the cloud has stopped', async () => {
    const { pool, started } = poolOf({ size: 1 });
    const running = expect(pool.invoke({})).rejects.toThrow('ended');
    await vi.advanceTimersByTimeAsync(1);
    const waiting = expect(pool.invoke({})).rejects.toThrow('stopping');
    const room = pool.room();
    const stopped = pool.stop(5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all([running, waiting, room, stopped]);
    expect(started).toHaveLength(1);
  });
});
