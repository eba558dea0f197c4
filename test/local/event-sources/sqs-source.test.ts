import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SqsSourceSetting, startSqsSource } from '../../../lib/local/event-sources/sqs-source.ts';
import { HONOURED_PROPERTIES } from '../../../lib/local/template/properties.ts';
import { standInPool } from '../functions/stand-in-pool.ts';

/** What a test changes about the source. */
interface Changes {
  readonly mapping?: object;
  readonly setting?: Partial<SqsSourceSetting>;
  room?(): Promise<void>;
}

/** What a call of the source says, as far as these tests look at it. */
interface Input {
  readonly Entries?: readonly { readonly ReceiptHandle: string }[];
}

/** A source whose queue and function are the test's. */
function sourceOf({ mapping = {}, setting = {}, room = async () => {} }: Changes = {}) {
  const waiting: { MessageId: string; ReceiptHandle: string; Body: string; MD5OfBody: string }[] = [];
  const batches: { readonly messages: readonly string[]; readonly end: () => void }[] = [];
  const removed: string[] = [];
  let receives = 0;
  let isEnding = false;
  const answers: Record<string, (input: Input) => unknown> = {
    ReceiveMessage: () => {
      receives += 1;
      return { Messages: waiting.splice(0, 10) };
    },
    DeleteMessageBatch: ({ Entries = [] }) => {
      removed.push(...Entries.map(({ ReceiptHandle }) => ReceiptHandle));
      return {};
    },
  };
  const call = async <Output>(operation: string, input: unknown) => {
    // As a long poll without messages would, let others run.
    await new Promise((resolve) => setTimeout(resolve, 1));
    return answers[operation]?.(input as Input) as Output;
  };
  const source = startSqsSource({
    logicalId: 'Mapping',
    properties: HONOURED_PROPERTIES['AWS::Lambda::EventSourceMapping'].parse({
      EventSourceArn: 'arn',
      FunctionName: 'target',
      ...mapping,
    }),
    target: standInPool(
      (event) => {
        const { Records } = event as { Records: { messageId: string }[] };
        const { promise, resolve } = Promise.withResolvers<void>();
        if (isEnding) resolve();
        batches.push({ messages: Records.map(({ messageId }) => messageId), end: resolve });
        return promise;
      },
      { size: 256, room },
    ),
    log: () => {},
    call,
    lambda: call,
    queueUrl: 'http://127.0.0.1/queue',
    queueArn: 'arn',
    deadLetterUrl: undefined,
    waitSeconds: 0,
    workers: 50,
    isBusy: () => false,
    ...setting,
  });
  return {
    batches,
    removed,
    sizes: () => batches.map(({ messages }) => messages.length),
    receives: () => receives,
    send: async (...ids: readonly string[]) => {
      waiting.push(...ids.map((id) => ({ MessageId: id, ReceiptHandle: id, Body: '{}', MD5OfBody: '' })));
      await vi.advanceTimersByTimeAsync(3);
    },
    stop: async () => {
      isEnding = true;
      const stopped = source.stop();
      for (const { end } of batches) end();
      await vi.advanceTimersByTimeAsync(100);
      await stopped;
    },
  };
}

const numbered = (count: number, prefix = 'm') => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('a queue as event source', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('takes no messages before the function has room, so that they become one batch', async () => {
    const room = Promise.withResolvers<void>();
    const { send, sizes, receives, stop } = sourceOf({ room: () => room.promise });
    for (const id of numbered(3)) await send(id);
    expect(receives()).toBe(0);
    room.resolve();
    await vi.advanceTimersByTimeAsync(10);
    expect(sizes()).toEqual([3]);
    await stop();
  });

  it('takes further messages while a batch waits for a receiver, and removes each batch when it has ended', async () => {
    const { send, batches, removed, stop } = sourceOf();
    await send('dead');
    await send('one');
    await send('two');
    expect(batches.map(({ messages }) => messages)).toEqual([['dead'], ['one'], ['two']]);
    batches[1]?.end();
    await vi.advanceTimersByTimeAsync(5);
    expect(removed).toEqual(['one']);
    batches[0]?.end();
    await vi.advanceTimersByTimeAsync(5);
    expect(removed).toEqual(['one', 'dead']);
    await stop();
  });

  it('lets batches fill that run beside others, once several have begun in a moment', async () => {
    const { send, sizes, stop } = sourceOf();
    for (const id of numbered(60)) await send(id);
    await vi.advanceTimersByTimeAsync(100);
    // The first at once, and then one that is full every 40 ms. Messages arrive every 3 ms.
    expect(sizes().reduce((total, size) => total + size, 0)).toBe(60);
    expect(sizes().filter((size) => size === 1).length).toBeLessThanOrEqual(10);
    expect(Math.max(...sizes())).toBe(10);
    await stop();
  });

  it('does not wait with a batch beside which no other runs', async () => {
    const { send, batches, sizes, stop } = sourceOf();
    for (const id of numbered(40)) {
      await send(id);
      batches.at(-1)?.end();
      await vi.advanceTimersByTimeAsync(3);
    }
    expect(sizes()).toEqual(Array.from({ length: 40 }, () => 1));
    await stop();
  });

  it('starts full batches at once beside a few that are busy', async () => {
    const { send, sizes, stop } = sourceOf();
    await send(...numbered(300));
    await vi.advanceTimersByTimeAsync(20);
    const begun = sizes().length;
    expect(begun).toBeGreaterThanOrEqual(4);
    expect(begun).toBeLessThan(20);
    // They take long although a core is free: they wait for receivers.
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sizes()).toEqual(Array.from({ length: 30 }, () => 10));
    await stop();
  });

  it('starts few batches beside others while no core is free, however long they take', async () => {
    const { send, batches, sizes, stop } = sourceOf({ setting: { isBusy: () => true } });
    await send(...numbered(200));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sizes().length).toBeLessThanOrEqual(14);
    // One that waits for a receiver does not hold up the others for ever.
    expect(sizes().length).toBeGreaterThanOrEqual(10);
    const begun = sizes().length;
    for (const { end } of batches) end();
    await vi.advanceTimersByTimeAsync(5);
    expect(sizes().length).toBeGreaterThan(begun);
    await stop();
  });

  it.each([
    ['the maximum of the template', { mapping: { ScalingConfig: { MaximumConcurrency: 2 } } }],
    ['the maximum of this run', { setting: { workers: 2 } }],
  ])('runs no more batches at once than %s', async (_, changes) => {
    const { send, batches, sizes, stop } = sourceOf(changes);
    await send(...numbered(40));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sizes()).toEqual([10, 10]);
    batches[0]?.end();
    await vi.advanceTimersByTimeAsync(5);
    expect(sizes()).toEqual([10, 10, 10]);
    await stop();
  });
});
