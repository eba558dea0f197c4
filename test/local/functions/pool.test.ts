import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Container, InvocationFailure } from '../../../lib/local/functions/container.ts';
import { createPool, type FunctionPool, type PoolSetting } from '../../../lib/local/functions/pool.ts';

/** An instance that starts and answers when the test says so. */
interface Scripted extends Container {
  isAlive: boolean;
  finishStart(): void;
  /** Answers the current event. */
  answer(): void;
  readonly ended: number;
}

/** How much of the time an instance computes, and how much requests to others than the cloud are under way. */
interface Shares {
  readonly active?: number;
  readonly outside?: number;
}

function scripted({ active = 1, outside = 0 }: Shares): Scripted {
  const start = Promise.withResolvers<void>();
  let current = Promise.withResolvers<string>();
  let ended = 0;
  const container: Scripted = {
    isAlive: true,
    started: start.promise,
    activeMs: () => active * Date.now(),
    outsideMs: () => outside * Date.now(),
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

function poolOf(setting: Partial<PoolSetting> = {}, shares: Shares = {}) {
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
      isShared: false,
      isBusy: () => false,
      start: () => {
        const container = scripted(shares);
        started.push(container);
        return container;
      },
      ...setting,
    },
    () => {},
  );
  return { pool, started };
}

/** Sends twenty events at once, and lets each instance answer one every 80 ms for 1.6 s. */
async function answerSlowly(pool: FunctionPool, started: readonly Scripted[]): Promise<void> {
  for (let event = 0; event < 20; event += 1) void pool.invoke({});
  for (let round = 0; round < 20; round += 1) {
    await vi.advanceTimersByTimeAsync(80);
    for (const container of started) {
      container.finishStart();
      container.answer();
    }
  }
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
    const { pool, started } = poolOf({ isBusy: () => true }, { active: 0.05 });
    for (let event = 0; event < 2; event += 1) void pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toHaveLength(2);
  });

  it('stay few on a busy machine while they answer events, however many wait', async () => {
    const { pool, started } = poolOf({ isBusy: () => true }, { active: 0.05 });
    await answerSlowly(pool, started);
    expect(started).toHaveLength(1);
  });

  it('become more on a busy machine if the events that they answer wait for others', async () => {
    const { pool, started } = poolOf({ isBusy: () => true }, { active: 0.05, outside: 0.9 });
    await answerSlowly(pool, started);
    expect(started).toHaveLength(3);
  });

  it('stay as they are while they compute in the thread that they share', async () => {
    const { pool, started } = poolOf({ isShared: true });
    for (let event = 0; event < 3; event += 1) void pool.invoke({});
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(started).toHaveLength(1);
  });

  it('become more in the thread that they share while it waits', async () => {
    const { pool, started } = poolOf({ isShared: true }, { active: 0.05 });
    for (let event = 0; event < 3; event += 1) void pool.invoke({});
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
