import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryCounts } from '../../../lib/adapters/memory/delivery/memory-counts.ts';
import { ALL, type CountStore } from '../../../lib/core/counts/count-store.ts';
import { countWrites } from '../../../lib/core/counts/count-writes.ts';
import type { StreamedNotification } from '../../../lib/core/counts/counted-writes.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { at, endpointId, SHOP } from '../../adapters/support/samples.ts';

const HOURS = { from: at(0), to: at(48 * 3_600) };

type Attempted = StreamedNotification & Required<Pick<StreamedNotification, 'attempt'>>;

interface Event {
  readonly endpoint: number;
  readonly minute: number;
  readonly isDelivered: boolean;
}

function attemptOf({ endpoint, minute, isDelivered }: Event, sequence: number): Attempted {
  return {
    merchantId: SHOP,
    endpointId: endpointId(`ep_${endpoint}`),
    listedAt: at(0),
    attempt: {
      number: 2,
      at: isoTime(Date.parse(at(minute * 60))),
      durationMs: 20,
      ...(isDelivered ? { statusCode: 200 } : { error: 'timeout' }),
    },
    sequence: String(sequence).padStart(40, '0'),
    writtenMs: Date.parse(at(minute * 60)),
  };
}

const event = fc.record({
  endpoint: fc.integer({ min: 1, max: 3 }),
  minute: fc.integer({ min: 0, max: 130 }),
  isDelivered: fc.boolean(),
});

/** What the rows must say: each attempt once. */
function expected(attempts: readonly Attempted[]) {
  const counts = new Map<string, number>();
  for (const { attempt, endpointId: id } of attempts) {
    const name = `${attempt.at.slice(0, 13)} ${id} ${attempt.error === undefined ? 'delivered' : 'failed#timeout'}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

async function stored(counts: CountStore) {
  const rows = await counts.rows({ merchantId: SHOP, ...HOURS });
  return new Map(
    rows.flatMap((row) =>
      [...row.counts].map(
        ([name, count]) => [`${row.hour.slice(0, 13)} ${row.endpointId} ${name}`, count] as const,
      ),
    ),
  );
}

/** A store that fails the calls that the plan says, before or after their effect. */
function failing(counts: CountStore, plan: readonly ('ok' | 'before' | 'after')[]): CountStore {
  let call = 0;
  return {
    ...counts,
    async add(addition) {
      const fate = plan[call++ % Math.max(plan.length, 1)] ?? 'ok';
      if (fate === 'before') throw new Error('no answer');
      const isAdded = await counts.add(addition);
      if (fate === 'after') throw new Error('the answer was lost');
      return isAdded;
    },
  };
}

const fates = fc.array(fc.constantFrom('ok' as const, 'ok' as const, 'before' as const, 'after' as const), {
  maxLength: 12,
});

/** Delivers a batch as a stream does: until it succeeds, halved after a failure, and then perhaps once more. */
async function deliver(
  count: (batch: readonly Attempted[]) => Promise<void>,
  batch: readonly Attempted[],
): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    try {
      return await count(batch);
    } catch {
      if (batch.length < 2) continue;
      const middle = Math.ceil(batch.length / 2);
      await deliver(count, batch.slice(0, middle));
      return deliver(count, batch.slice(middle));
    }
  }
  throw new Error('the batch was never counted');
}

describe('counting attempts', () => {
  it('is exact under repeated, halved and partly written batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fates,
        fc.array(fc.nat({ max: 40 })),
        async (events, sizes, plan, again) => {
          const attempts = events.map(attemptOf);
          const counts = memoryCounts();
          // At the end of the plan everything succeeds.
          const flaky = failing(counts, [...plan, 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
          let done = 0;
          for (let turn = 0; done < attempts.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            await deliver(
              (batch) => countWrites({ counts: flaky }, 'a', batch),
              attempts.slice(done, done + size),
            );
            done += size;
            // A batch that was counted may come again, in any part and late.
            const from = again[turn] ?? done;
            await countWrites({ counts }, 'a', attempts.slice(from, Math.min(from + size, done)));
          }
          expect(await stored(counts)).toEqual(expected(attempts));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is exact when two invocations count the same records at once, cut differently', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 20 }),
        fc.nat(),
        fc.scheduler(),
        async (events, cut, scheduler) => {
          const attempts = events.map(attemptOf);
          const real = memoryCounts();
          const counts: CountStore = {
            ...real,
            add: async (addition) => {
              await scheduler.schedule(Promise.resolve());
              return real.add(addition);
            },
            mark: async (key, shard) => {
              await scheduler.schedule(Promise.resolve());
              return real.mark(key, shard);
            },
          };
          const middle = cut % attempts.length;
          const whole = countWrites({ counts }, 'a', attempts);
          const parts = countWrites({ counts }, 'a', attempts.slice(0, middle)).then(() =>
            countWrites({ counts }, 'a', attempts.slice(middle)),
          );
          await scheduler.waitFor(Promise.all([whole, parts]));
          expect(await stored(real)).toEqual(expected(attempts));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps shards apart, whose sequence numbers say nothing about each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(event, fc.constantFrom('parent', 'left', 'right')), { maxLength: 30 }),
        async (events) => {
          const counts = memoryCounts();
          const seen: Record<string, number> = { parent: 9, left: 5, right: 0 };
          const attempts: Attempted[] = [];
          for (const [one, shard] of events) {
            const sequence = (seen[shard] ?? 0) + 1;
            seen[shard] = sequence;
            attempts.push(attemptOf(one, sequence));
            await countWrites({ counts }, shard, attempts.slice(-1));
          }
          expect(await stored(counts)).toEqual(expected(attempts));
        },
      ),
    );
  });

  it('writes once for each endpoint, hour and batch, and once for the whole service', async () => {
    const keys: string[] = [];
    const real = memoryCounts();
    const counts: CountStore = {
      ...real,
      add: (addition) => {
        keys.push(`${addition.key.endpointId} ${addition.key.hour.slice(11, 13)}`);
        return real.add(addition);
      },
    };
    const batch = [1, 2, 1, 1, 2].map((endpoint, index) =>
      attemptOf({ endpoint, minute: index === 4 ? 60 : 0, isDelivered: true }, index),
    );
    await countWrites({ counts }, 'a', batch);
    expect(keys.sort()).toEqual(['* 08', '* 09', 'ep_1 08', 'ep_2 08', 'ep_2 09']);
    expect(await real.rows({ merchantId: ALL, ...HOURS })).toMatchObject([
      { counts: new Map([['delivered', 4]]) },
      { counts: new Map([['delivered', 1]]) },
    ]);
  });

  it('gives up when the mark moves again and again, and leaves the batch to the stream', async () => {
    const counts: CountStore = { ...memoryCounts(), add: async () => false, mark: async () => undefined };
    const one = attemptOf({ endpoint: 1, minute: 0, isDelivered: true }, 1);
    await expect(countWrites({ counts }, 'a', [one])).rejects.toMatchObject({ retryable: true });
  });
});
