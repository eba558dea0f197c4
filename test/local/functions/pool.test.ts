import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Container } from '../../../lib/local/functions/container.ts';
import { InvocationFailure } from '../../../lib/local/functions/invocation-failure.ts';
import { createPool, type PoolSetting } from '../../../lib/local/functions/pool.ts';

/** An instance that starts and answers when the test says so. */
interface Scripted extends Container {
  /** Takes no more events; those that run may still be answered. */
  close(): void;
  finishStart(): void;
  /** Answers the event that it got first. */
  answer(): void;
  /** Number of events that it processes. */
  readonly events: number;
  readonly ended: number;
}

/** @param active how much of the time its thread computes */
function scripted(active: number): Scripted {
  const start = Promise.withResolvers<void>();
  const events: PromiseWithResolvers<string>[] = [];
  let isOpen = true;
  let ended = 0;
  return {
    get isOpen() {
      return isOpen;
    },
    close: () => {
      isOpen = false;
    },
    started: start.promise,
    activeMs: () => active * Date.now(),
    finishStart: start.resolve,
    answer: () => events.shift()?.resolve('null'),
    get events() {
      return events.length;
    },
    get ended() {
      return ended;
    },
    invoke: () => {
      const event = Promise.withResolvers<string>();
      events.push(event);
      return event.promise;
    },
    end: async () => {
      ended += 1;
      isOpen = false;
      start.resolve();
      const failure = new InvocationFailure('crash', { errorType: 'E', errorMessage: 'ended', trace: [] });
      for (const event of events.splice(0)) event.reject(failure);
    },
  };
}

function poolOf(setting: Partial<PoolSetting> = {}, active = 0.1) {
  const started: Scripted[] = [];
  const pool = createPool(
    {
      logicalId: 'Fn',
      functionName: 'fn',
      functionArn: 'arn:fn',
      timeoutMs: 1_000,
      mayRecurse: true,
      size: 100,
      eventsPerInstance: 2,
      maxInstances: 3,
      idleMs: 60_000,
      isBusy: () => false,
      start: () => {
        const container = scripted(active);
        started.push(container);
        return container;
      },
      ...setting,
    },
    () => {},
  );
  const send = (events: number) => {
    const answers = Array.from({ length: events }, () => pool.invoke({}));
    // The pool's stop may refuse them.
    for (const answer of answers) answer.catch(() => {});
    return answers;
  };
  /** Sends events to the first instance, which has started. */
  const sendToStarted = async (events: number) => {
    const answers = send(events);
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finishStart();
    await vi.advanceTimersByTimeAsync(1);
    return answers;
  };
  return { pool, started, send, sendToStarted };
}

const eventsOf = (instances: readonly Scripted[]) => instances.map(({ events }) => events);

describe('the instances of a function', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are none before the first event, and one for events in turn', async () => {
    const { started, sendToStarted } = poolOf();
    expect(started).toHaveLength(0);
    for (let event = 0; event < 3; event += 1) {
      const answers = await sendToStarted(1);
      started[0]?.answer();
      await Promise.all(answers);
    }
    expect(started).toHaveLength(1);
  });

  it('process several events at once, also those that arrive while the first instance starts', async () => {
    const { pool, started, send, sendToStarted } = poolOf({ eventsPerInstance: 10 });
    send(4);
    await sendToStarted(4);
    expect(eventsOf(started)).toEqual([8]);
    expect(pool.running).toBe(8);
  });

  it('never process more events at once than the size of the function', async () => {
    const { started, sendToStarted } = poolOf({ size: 3, eventsPerInstance: 10 });
    await sendToStarted(5);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(eventsOf(started)).toEqual([3]);
    started[0]?.answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(eventsOf(started)).toEqual([3]);
    started[0]?.answer();
    started[0]?.answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(eventsOf(started)).toEqual([2]);
  });

  it('become more only while events wait for long, one after the other, up to their maximum', async () => {
    const { started, send } = poolOf();
    send(9);
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
    expect(eventsOf(started)).toEqual([2, 2, 2]);
  });

  it('stay as they are while quick answers keep the waits short', async () => {
    const { started, send } = poolOf();
    const answers = send(20);
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
    const { started, sendToStarted } = poolOf({ isBusy: () => true });
    await sendToStarted(3);
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(started).toHaveLength(2);
  });

  it('get each event where the fewest run', async () => {
    const { started, sendToStarted, send } = poolOf({ eventsPerInstance: 4 });
    await sendToStarted(5);
    await vi.advanceTimersByTimeAsync(200);
    started[1]?.finishStart();
    await vi.advanceTimersByTimeAsync(200);
    expect(eventsOf(started)).toEqual([4, 1]);
    send(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(eventsOf(started)).toEqual([4, 2]);
  });

  it('become more if their threads compute without a pause while a core is free', async () => {
    const { started, sendToStarted } = poolOf({ eventsPerInstance: 10 }, 1);
    await sendToStarted(4);
    for (let second = 0; second < 2; second += 1) {
      expect(started).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(900);
      started[0]?.answer();
      await vi.advanceTimersByTimeAsync(150);
    }
    expect(started).toHaveLength(2);
  });

  it.each([
    ['no core is free', true, 1],
    ['the threads wait for others', false, 0.5],
  ])('stay as they are while events are answered and %s', async (_, isBusy, active) => {
    const { started, sendToStarted } = poolOf({ eventsPerInstance: 10, isBusy: () => isBusy }, active);
    await sendToStarted(8);
    for (let second = 0; second < 6; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      started[0]?.answer();
    }
    expect(eventsOf(started)).toEqual([2]);
  });

  it('get another one beside it if an event blocks a thread, and the next events go there', async () => {
    const { started, sendToStarted, send } = poolOf({ eventsPerInstance: 10, isBusy: () => true }, 1);
    await sendToStarted(1);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(started).toHaveLength(2);
    started[1]?.finishStart();
    await vi.advanceTimersByTimeAsync(1);
    send(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(eventsOf(started)).toEqual([1, 3]);
  });

  it('get no events any more once one of them has timed out, and are forgotten when the others have ended', async () => {
    const { started, sendToStarted, send } = poolOf();
    await sendToStarted(2);
    started[0]?.close();
    started[0]?.answer();
    send(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(eventsOf(started)).toEqual([1, 1]);
    started[0]?.answer();
    started[1]?.answer();
    started[1]?.finishStart();
    await vi.advanceTimersByTimeAsync(61_000);
    // It ended itself. Only its successor has become idle.
    expect(started.map(({ ended }) => ended)).toEqual([0, 1]);
  });

  it('are replaced for events that waited for them', async () => {
    const { started, sendToStarted } = poolOf({ maxInstances: 1 });
    await sendToStarted(3);
    started[0]?.close();
    started[0]?.answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(eventsOf(started)).toEqual([1, 1]);
  });

  it('end when they had no event for a while, and start anew', async () => {
    const { started, sendToStarted, send } = poolOf();
    const answers = await sendToStarted(1);
    started[0]?.answer();
    await Promise.all(answers);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(started[0]?.ended).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(started[0]?.ended).toBe(1);
    send(1);
    expect(started).toHaveLength(2);
  });

  it('end one by one: the younger goes while the older works', async () => {
    const { started, sendToStarted } = poolOf();
    const answers = await sendToStarted(3);
    await vi.advanceTimersByTimeAsync(200);
    started[1]?.finishStart();
    await vi.advanceTimersByTimeAsync(100);
    expect(eventsOf(started)).toEqual([2, 1]);
    for (const instance of [started[0], started[0], started[1]]) instance?.answer();
    await Promise.all(answers);
    for (let second = 0; second < 65; second += 1) {
      const [answer] = await sendToStarted(1);
      started[0]?.answer();
      await answer;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(started.map(({ ended }) => ended)).toEqual([0, 1]);
  });

  it('have room where none has started yet, or one has a place', async () => {
    const { pool, started, sendToStarted } = poolOf();
    await pool.room();
    expect(started).toHaveLength(0);
    await sendToStarted(1);
    await pool.room();
    expect(started).toHaveLength(1);
  });

  it.each([
    ['the first one starts', 1, (one: Scripted | undefined) => one?.finishStart()],
    [
      'all places are taken',
      2,
      (one: Scripted | undefined) => {
        one?.finishStart();
        one?.answer();
      },
    ],
  ])('have no room while %s', async (_, events, makeRoom) => {
    const { pool, started, send } = poolOf({ maxInstances: 1 });
    send(events);
    let hasRoom = false;
    const room = pool.room().then(() => {
      hasRoom = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(hasRoom).toBe(false);
    makeRoom(started[0]);
    await room;
    expect(pool.running).toBe(1);
  });

  it('answer the events that wait when the cloud stops, as long as there is time', async () => {
    const { pool, started, send } = poolOf({ size: 1 });
    const answers = send(3);
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
    const refused = expect(pool.invoke({})).rejects.toThrow('ended');
    const stopped = pool.stop(5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all([refused, stopped]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(started.map(({ ended }) => ended)).toEqual([1]);
    await expect(pool.invoke({})).rejects.toThrow('stopping');
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
