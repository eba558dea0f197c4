import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openSharedShard,
  READ_MAX,
  type RecordsPage,
} from '../../../../lib/local/event-sources/streams/shared-shard.ts';
import type { StreamRecord } from '../../../../lib/local/event-sources/streams/stream-batch.ts';

const record = (number: number): StreamRecord => ({
  eventID: String(number),
  dynamodb: { SequenceNumber: String(number) },
});
const numbersOf = ({ records }: { readonly records: readonly StreamRecord[] }) =>
  records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
const upTo = (last: number, first = 1) =>
  Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);

/**
 * A shard that can be written to, and the calls that its readers make. An iterator is used once. Pages without records come
 * before the records that follow `inOtherShards`.
 */
function openShard({ inOtherShards = 0 }: { readonly inOtherShards?: number } = {}) {
  const calls: string[] = [];
  let last = 0;
  let isClosed = false;
  let changes = 0;
  let issued = 0;
  let held: Promise<void> | undefined;
  const iterators = new Map<string, number>();
  const iterator = (position: number) => {
    issued += 1;
    iterators.set(String(issued), position);
    return String(issued);
  };
  const shard = openSharedShard({
    changes: () => changes,
    iteratorAt: async (position) => {
      calls.push(`iterator at ${position}`);
      return iterator(Number(position ?? 0));
    },
    getRecords: async (given): Promise<RecordsPage> => {
      const from = iterators.get(given);
      iterators.delete(given);
      calls.push(`records after ${from}`);
      if (from === undefined) throw new Error('ExpiredIteratorException');
      const end = Math.min(last, from + READ_MAX);
      const Records = upTo(end, Math.max(from, inOtherShards) + 1).map(record);
      await held;
      return { Records, ...(isClosed && end === last ? {} : { NextShardIterator: iterator(end) }) };
    },
  });
  return {
    ...shard,
    calls,
    write: (count = 1) => {
      last += count;
      changes += 1;
    },
    close: () => {
      isClosed = true;
    },
    /** Answers wait from now on. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    expireIterators: () => iterators.clear(),
    last: () => last,
  };
}

describe('a shard that two event sources read', () => {
  it('is read to its end by the one behind, also past pages without records', async () => {
    const shard = openShard({ inOtherShards: 3 * READ_MAX });
    shard.write(3 * READ_MAX + 5);
    const ahead = shard.enter(String(3 * READ_MAX + 1));
    expect(numbersOf(await ahead.next())).toHaveLength(4);
    const behind = shard.enter(undefined);
    const read: number[] = [];
    for (let page = 1; page <= 4; page += 1) read.push(...numbersOf(await behind.next()));
    expect(read).toEqual(upTo(3 * READ_MAX + 5, 3 * READ_MAX + 1));
  });

  it('is asked once for each page, whichever source comes first', async () => {
    const shard = openShard();
    const [relay, count] = [shard.enter(undefined), shard.enter(undefined)];
    shard.write(3);
    expect(numbersOf(await relay.next())).toEqual([1, 2, 3]);
    shard.write(2);
    expect(numbersOf(await relay.next())).toEqual([4, 5]);
    expect(numbersOf(await count.next())).toEqual([1, 2, 3, 4, 5]);
    shard.write();
    expect(numbersOf(await count.next())).toEqual([6]);
    expect(numbersOf(await relay.next())).toEqual([6]);
    expect(shard.calls).toEqual([
      'iterator at undefined',
      'records after 0',
      'records after 3',
      'records after 5',
    ]);
  });

  it('is asked once by sources that wait at the same place', async () => {
    const shard = openShard();
    const [relay, count] = [shard.enter(undefined), shard.enter(undefined)];
    shard.write(2);
    const readings = await Promise.all([relay.next(), count.next()]);
    expect(readings.map(numbersOf)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(shard.calls).toEqual(['iterator at undefined', 'records after 0']);
  });

  it('says what was announced when the request began, also to a source that joins it', async () => {
    const shard = openShard();
    const [relay, count] = [shard.enter(undefined), shard.enter(undefined)];
    shard.write();
    const answer = shard.hold();
    const first = relay.next();
    await new Promise(setImmediate);
    // The request is under way: its answer lacks this record.
    shard.write();
    const second = count.next();
    answer();
    for (const reading of await Promise.all([first, second])) {
      expect(numbersOf(reading)).toEqual([1]);
      expect(reading.seen).toBe(1);
    }
    expect(numbersOf(await count.next())).toEqual([2]);
  });

  it('gives each source every record once and in order, wherever it begins', async () => {
    const shard = openShard();
    shard.write(10);
    const [relay, count] = [shard.enter('2'), shard.enter('7')];
    expect(numbersOf(await count.next())).toEqual([8, 9, 10]);
    shard.write(2);
    expect(numbersOf(await relay.next())).toEqual(upTo(12, 3));
    expect(numbersOf(await count.next())).toEqual([11, 12]);
    shard.write();
    expect(numbersOf(await relay.next())).toEqual([13]);
    expect(numbersOf(await count.next())).toEqual([13]);
    expect(shard.calls.filter((call) => call.startsWith('records'))).toEqual([
      'records after 7',
      'records after 2',
      'records after 12',
    ]);
  });

  it('keeps a bounded number of records for a source that is behind, which then reads for itself and catches up', async () => {
    const shard = openShard();
    const [fast, slow] = [shard.enter(undefined), shard.enter(undefined)];
    for (let page = 0; page < 5; page += 1) {
      shard.write(READ_MAX);
      expect(numbersOf(await fast.next())).toHaveLength(READ_MAX);
    }
    const asked = shard.calls.length;
    const read: number[] = [];
    for (let page = 0; page < 5; page += 1) read.push(...numbersOf(await slow.next()));
    expect(read).toEqual(upTo(5 * READ_MAX));
    // Three pages for itself; the last two had been kept.
    expect(shard.calls.slice(asked).filter((call) => call.startsWith('records'))).toHaveLength(3);
    shard.write();
    expect(numbersOf(await fast.next())).toEqual([5 * READ_MAX + 1]);
    expect(numbersOf(await slow.next())).toEqual([5 * READ_MAX + 1]);
  });

  it('keeps nothing for a source that has left', async () => {
    const shard = openShard();
    const [relay, count] = [shard.enter(undefined), shard.enter(undefined)];
    shard.write(2);
    await relay.next();
    count.leave();
    shard.write();
    await relay.next();
    const late = shard.enter(undefined);
    expect(numbersOf(await late.next())).toEqual([1, 2, 3]);
    expect(shard.calls.at(-1)).toBe('records after 0');
  });

  it('tells every source that the shard is closed when it has read all of it, and not before', async () => {
    const shard = openShard();
    const [relay, count] = [shard.enter(undefined), shard.enter(undefined)];
    shard.write(READ_MAX);
    await relay.next();
    shard.write(2);
    shard.close();
    expect(await relay.next()).toMatchObject({ isLast: true });
    const first = await count.next();
    expect([first.records.length, first.isLast]).toEqual([READ_MAX, false]);
    const second = await count.next();
    expect([numbersOf(second), second.isLast]).toEqual([[READ_MAX + 1, READ_MAX + 2], true]);
    for (const place of [relay, count]) {
      expect(await place.next()).toMatchObject({ records: [], isLast: true });
    }
  });

  it('goes on with a new iterator after a request that failed, and skips nothing', async () => {
    const shard = openShard();
    const [relay, count] = [shard.enter(undefined), shard.enter(undefined)];
    shard.write(2);
    await relay.next();
    shard.expireIterators();
    shard.write();
    await expect(relay.next()).rejects.toThrow('ExpiredIteratorException');
    expect(numbersOf(await relay.next())).toEqual([3]);
    expect(numbersOf(await count.next())).toEqual([1, 2, 3]);
  });

  it('gives each source every record once and in order, in any order of reads, writes, failures and new beginnings', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 900 }) }),
      fc.record({ kind: fc.constant('read' as const), sources: fc.subarray([0, 1, 2], { minLength: 1 }) }),
      fc.record({ kind: fc.constant('restart' as const), source: fc.nat(2) }),
      fc.record({ kind: fc.constant('expire' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const shard = openShard();
        const sources = [0, 1, 2].map(() => ({ place: shard.enter(undefined), read: [] as number[] }));
        const read = async (source: (typeof sources)[number]) => {
          const reading = await source.place.next().catch(() => undefined);
          source.read.push(...(reading === undefined ? [] : numbersOf(reading)));
          return reading?.records.length !== 0;
        };
        for (const taken of steps) {
          if (taken.kind === 'write') shard.write(taken.count);
          if (taken.kind === 'read')
            await Promise.all(taken.sources.map((index) => read(sources[index] ?? never())));
          if (taken.kind === 'expire') shard.expireIterators();
          if (taken.kind === 'restart') {
            const source = sources[taken.source] ?? never();
            source.place.leave();
            source.place = shard.enter(source.read.at(-1)?.toString());
          }
        }
        for (const source of sources) {
          for (let turn = 0; turn < 100 && (await read(source)); turn += 1);
          expect(source.read).toEqual(upTo(shard.last()));
        }
      }),
    );
  });
});

function never(): never {
  throw new Error('There are three sources.');
}
