import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AwsCall } from '../../../lib/local/aws/aws-client.ts';
import { type Dispatcher, startDispatcher } from '../../../lib/local/scheduler/schedule-dispatcher.ts';
import { openScheduleStore, type ScheduleStore } from '../../../lib/local/scheduler/schedule-store.ts';
import { EVERYTHING_PERMITTED } from '../../../lib/local/scheduler/scheduler-access.ts';
import { openState, type State } from '../../../lib/local/storage/state.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

const START_MS = Date.parse('2026-11-20T08:00:00Z');
const HOUR_MS = 3_600_000;

/** A message that was sent, or could not be. */
interface Attempt {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  /** Seconds since the start. */
  readonly at: number;
}

let directory: string;
let state: State;
let store: ScheduleStore;
let dispatcher: Dispatcher;
/** The queues that cannot be reached. */
let away: Set<string>;
let attempts: Attempt[];
let lines: string[];

const sqs: AwsCall = async <Output>(_operation: string, input: unknown) => {
  const message = input as Omit<Attempt, 'at'>;
  attempts.push({ ...message, at: (Date.now() - START_MS) / 1000 });
  if (away.has(message.QueueUrl)) throw new Error('away');
  return {} as Output;
};

function start(using: ScheduleStore = store): void {
  dispatcher = startDispatcher({
    store: using,
    sqs,
    currentQueueUrl: (url) => url,
    access: EVERYTHING_PERMITTED,
    log: ({ line }) => lines.push(line),
  });
}

function add(
  name: string,
  queue: string,
  { dueAt = START_MS, ...target }: { dueAt?: number; [more: string]: unknown } = {},
) {
  const Input = JSON.stringify({ QueueUrl: queue, MessageBody: name });
  store.add({ groupName: 'default', name, dueAt, definition: { Target: { Input, ...target } } });
}

const sentTo = (queue: string) => attempts.filter(({ QueueUrl }) => QueueUrl === queue);

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
  directory = temporaryDirectory();
  state = openState(directory);
  store = openScheduleStore(state);
  away = new Set(['/away']);
  attempts = [];
  lines = [];
});

afterEach(async () => {
  await dispatcher.stop();
  state.close();
  removeDirectory(directory);
  vi.useRealTimers();
});

describe('a schedule whose queue is away', () => {
  it('holds up no other one, however many there are', async () => {
    for (let number = 0; number < 120; number += 1) add(`failing-${number}`, '/away');
    add('good', '/here', { dueAt: START_MS + 1 });
    start();
    await vi.advanceTimersByTimeAsync(10);
    expect(sentTo('/here')).toHaveLength(1);
    expect(store.find('default', 'good')).toBeUndefined();
  });

  it('is tried after growing waits, and sent when the queue is back', async () => {
    add('stubborn', '/away');
    start();
    await vi.advanceTimersByTimeAsync(14_000);
    expect(attempts.map(({ at }) => at)).toEqual([0, 1, 3, 7]);
    away.clear();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(attempts.at(-1)?.at).toBe(15);
    expect(store.find('default', 'stubborn')).toBeUndefined();
  });

  it('is dropped after a day, with a line in the log', async () => {
    add('hopeless', '/away');
    start();
    await vi.advanceTimersByTimeAsync(23 * HOUR_MS);
    expect(store.find('default', 'hopeless')).toBeDefined();
    await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(store.find('default', 'hopeless')).toBeUndefined();
    expect(attempts.length).toBeGreaterThan(150);
    expect(attempts.length).toBeLessThanOrEqual(186);
    expect(lines.at(-1)).toMatch(
      /^schedule hopeless is given up after \d+ retries: away. The message is lost.$/,
    );
  });

  it('goes to its dead-letter queue after the retries of its policy', async () => {
    const RetryPolicy = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 };
    add('short', '/away', { RetryPolicy, DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:0:dead' } });
    start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sentTo('/away').map(({ at }) => at)).toEqual([0, 1, 3]);
    const MessageBody = '{"QueueUrl":"/away","MessageBody":"short"}';
    expect(sentTo('/dead')).toEqual([{ QueueUrl: '/dead', MessageBody, at: 3 }]);
    expect(store.find('default', 'short')).toBeUndefined();
    expect(lines.at(-1)).toContain('given up after 2 retries: away. The message goes to dead.');
  });

  it('is dropped with a line in the log if its dead-letter queue is away too', async () => {
    away.add('/dead');
    const RetryPolicy = { MaximumRetryAttempts: 0 };
    add('short', '/away', { RetryPolicy, DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:0:dead' } });
    start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts.map(({ QueueUrl }) => QueueUrl)).toEqual(['/away', '/dead']);
    expect(store.find('default', 'short')).toBeUndefined();
    expect(lines.at(-1)).toContain('The message is lost');
  });

  it('keeps the count of its failures over a restart', async () => {
    add('short', '/away', { RetryPolicy: { MaximumRetryAttempts: 2 } });
    start();
    await vi.advanceTimersByTimeAsync(500);
    await dispatcher.stop();
    state.close();
    state = openState(directory);
    store = openScheduleStore(state);
    start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts.map(({ at }) => at)).toEqual([0, 1, 3]);
    expect(store.find('default', 'short')).toBeUndefined();
  });
});

describe('a schedule that came due long ago', () => {
  it('has its retries all the same', async () => {
    add('old', '/away', { dueAt: 0 });
    start();
    await vi.advanceTimersByTimeAsync(500);
    away.clear();
    await vi.advanceTimersByTimeAsync(500);
    expect(attempts.map(({ at }) => at)).toEqual([0, 1]);
    expect(store.find('default', 'old')).toBeUndefined();
  });
});

describe('a store that fails', () => {
  it.each(['remove', 'postpone', 'due', 'nextDueAt'] as const)(
    'is asked again after a second, where %s failed',
    async (what) => {
      add('failing', '/away');
      add('good', '/here');
      let isBroken = false;
      start({
        ...store,
        [what]: (...args: never[]) => {
          if (isBroken) throw new Error('disk full');
          return (store[what] as (...given: never[]) => unknown)(...args);
        },
      });
      isBroken = true;
      await vi.advanceTimersByTimeAsync(500);
      expect(lines).toContain('schedules wait: disk full');
      isBroken = false;
      away.clear();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(store.nextDueAt()).toBeUndefined();
    },
  );
});
