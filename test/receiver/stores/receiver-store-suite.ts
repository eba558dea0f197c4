import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import type { Outcome as ServiceOutcome } from '../../../lib/core/model.ts';
import type { Digest } from '../../../lib/protocol/row-digest.ts';
import type { Outcome } from '../../../lib/receiver/index.ts';
import { sampleOutcome } from '../../../lib/receiver/testing/index.ts';
import type { StoreUnderTest } from './open-stores.ts';

const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
const isoTime = (ms: number) => new Date(ms).toISOString();
const at = (seconds: number, changes: Partial<Outcome> = {}) =>
  sampleOutcome({ listedAt: isoTime(START_MS + seconds * 1000), ...changes });
const DAY = { merchantId: 'demo', fromMs: START_MS - 8 * 3_600_000, toMs: START_MS + 16 * 3_600_000 };

const outcomes = fc.uniqueArray(
  fc.record({
    transactionId: fc.stringMatching(/^[A-Za-z0-9_:-]{1,12}$/),
    transactionType: fc.constantFrom('payment', 'refund'),
    status: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const),
    amount: fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)),
    currency: fc.constantFrom('CNY', 'EUR'),
    seconds: fc.integer({ min: 0, max: 8_000 }),
  }),
  { maxLength: 25, selector: ({ transactionId }) => transactionId },
);

/** Computed by `test/vectors/digest.py`, which knows nothing of this code. */
const vectors = JSON.parse(readFileSync(new URL('../../vectors/digest.json', import.meta.url), 'utf8'));

/** As the service writes it. */
const textOf = ({ amount, hash, ...group }: Digest[number]) => ({
  ...group,
  amount: String(amount),
  hash: hash.toString(16).padStart(32, '0'),
});

/** What every store of a receiver must keep to. */
export function describeReceiverStore<Tx>(name: string, open: () => Promise<StoreUnderTest<Tx>>): void {
  describe(`a receiver's store in ${name}`, () => {
    let under: StoreUnderTest<Tx>;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    const apply = (outcome: Outcome, options?: { readonly acknowledgeLater: boolean }) =>
      under.store.apply(outcome, (tx) => under.count(outcome.transactionId, tx), options);
    const all = async (range: Parameters<typeof under.store.rows>[0]) => {
      const ids: string[] = [];
      for await (const { transactionId } of under.store.rows(range)) ids.push(transactionId);
      return ids.sort();
    };

    it('applies an outcome once', async () => {
      expect(await apply(sampleOutcome())).toEqual({ kind: 'applied' });
      expect(await apply(sampleOutcome())).toEqual({ kind: 'duplicate' });
      expect(await under.counted('pay_1')).toBe(1);
    });

    it('applies an outcome once, however many bring it at the same moment', async () => {
      const results = await Promise.all(Array.from({ length: 12 }, () => apply(sampleOutcome())));
      expect(results.filter(({ kind }) => kind === 'applied')).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(11);
      expect(await under.counted('pay_1')).toBe(1);
    });

    it('knows the same outcome in another order of keys, and in another form of its times', async () => {
      const outcome = sampleOutcome({ metadata: { a: 1, b: { c: [1, 2], d: null } } });
      await apply(outcome);
      const { metadata: _, ...rest } = outcome;
      const same = {
        metadata: { b: { d: null, c: [1, 2] }, a: 1 },
        ...rest,
        listedAt: outcome.listedAt.replace('.000Z', 'Z'),
      };
      expect(await apply(same)).toEqual({ kind: 'duplicate' });
    });

    it('applies nothing where the effects fail, and all of it the next time', async () => {
      const fails = under.store.apply(sampleOutcome(), (tx) => {
        under.count('pay_1', tx);
        throw new Error('no such order');
      });
      await expect(fails).rejects.toThrow('no such order');
      expect(await under.counted('pay_1')).toBe(0);
      expect(await under.store.find('demo', ['pay_1'])).toEqual(new Map());
      expect(await under.store.digests({ ...DAY, everySeconds: 3_600 })).toEqual(new Map());
      expect(await apply(sampleOutcome())).toEqual({ kind: 'applied' });
      expect(await under.counted('pay_1')).toBe(1);
    });

    it('lets no older version touch a newer one', async () => {
      await apply(sampleOutcome({ version: 2, status: 'FAILED' }));
      const result = await apply(sampleOutcome({ version: 1 }));
      expect(result).toMatchObject({ kind: 'stale', applied: { version: 2, status: 'FAILED' } });
      expect(await under.counted('pay_1')).toBe(1);
    });

    it.each([
      ['status', { status: 'FAILED' }],
      ['amount', { amount: 2000 }],
      ['reference', { reference: 'ORDER-2' }],
      ['metadata', { metadata: { note: 'x' } }],
      ['moment', { listedAt: '2026-11-20T08:00:00.001Z' }],
      ['later version', { version: 2, status: 'CLOSED' }],
    ] as const)('calls another end a conflict, and writes nothing: another %s', async (_what, changes) => {
      await apply(sampleOutcome());
      const result = await apply(sampleOutcome(changes));
      expect(result).toMatchObject({ kind: 'conflict', applied: { status: 'SUCCEEDED', amount: 1999 } });
      expect(await under.counted('pay_1')).toBe(1);
      const found = await under.store.find('demo', ['pay_1']);
      expect(found.get('pay_1')).toMatchObject({ version: 1, status: 'SUCCEEDED', amount: 1999 });
    });

    it('finds what was applied among hundreds that were not', async () => {
      await apply(sampleOutcome({ transactionId: 'pay_7', version: 2 }));
      await apply(sampleOutcome({ transactionId: 'pay_211' }));
      const ids = Array.from({ length: 250 }, (_, index) => `pay_${index}`);
      const found = await under.store.find('demo', ids);
      expect([...found.keys()].sort()).toEqual(['pay_211', 'pay_7']);
      expect(found.get('pay_7')).toEqual({
        merchantId: 'demo',
        transactionId: 'pay_7',
        version: 2,
        transactionType: 'payment',
        status: 'SUCCEEDED',
        amount: 1999,
        currency: 'CNY',
        listedAtMs: START_MS,
        contentHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    });

    it('sums up windows of any length as the service does', async () => {
      await fc.assert(
        fc.asyncProperty(
          outcomes,
          fc.constantFrom(1, 10, 60, 300, 900, 3_600, 86_400),
          async (list, every) => {
            const fresh = await open();
            const expected = new Map<number, ReturnType<typeof createDigestSum>>();
            for (const { seconds, ...changes } of list) {
              const outcome = at(seconds, changes);
              await fresh.store.apply(outcome, () => undefined);
              const start = Math.floor((START_MS / 1000 + seconds) / every) * every * 1000;
              const sum = expected.get(start) ?? createDigestSum();
              sum.add(outcome as ServiceOutcome);
              expected.set(start, sum);
            }
            const digests = await fresh.store.digests({ ...DAY, everySeconds: every });
            fresh.close();
            const texts = [...digests].map(([start, digest]) => [
              start,
              digest.map(({ count, amount, hash, ...group }) => ({
                ...group,
                count,
                amount: String(amount),
                hash: hash.toString(16).padStart(32, '0'),
              })),
            ]);
            const wanted = [...expected].map(([start, sum]) => [start, sum.groups()]);
            expect(new Map(texts as [])).toEqual(new Map(wanted as []));
          },
        ),
        { numRuns: 20 },
      );
    });

    it('has the digests of the published vectors', async () => {
      for (const { hash: _hash, bucket: _bucket, ...row } of vectors.rows) {
        await under.store.apply(sampleOutcome(row), () => undefined);
      }
      const range = { ...DAY, toMs: DAY.fromMs + 2 * 86_400_000 };
      for (const [everySeconds, slices] of [
        [vectors.windowSeconds, vectors.windows],
        [3_600, vectors.hours],
        [86_400, vectors.days],
      ] as const) {
        const digests = await under.store.digests({ ...range, everySeconds });
        expect(digests.size).toBe(slices.length);
        for (const { start, groups } of slices) {
          expect(digests.get(Date.parse(start))?.map(textOf)).toEqual(groups);
        }
      }
    });

    it('gives the rows of a range, its end excluded, and of a bucket', async () => {
      for (let index = 0; index < 20; index += 1) await apply(at(index, { transactionId: `pay_${index}` }));
      const range = { merchantId: 'demo', fromMs: START_MS + 5_000, toMs: START_MS + 9_000 };
      expect(await all(range)).toEqual(['pay_5', 'pay_6', 'pay_7', 'pay_8']);
      const buckets = await Promise.all(
        Array.from({ length: 256 }, (_, bucket) => all({ ...range, bucket })),
      );
      expect(buckets.flat().sort()).toEqual(['pay_5', 'pay_6', 'pay_7', 'pay_8']);
      // SHA-256 of `pay_6` begins with 0x74.
      expect(await all({ ...range, bucket: 0x74 })).toContain('pay_6');
    });

    it('keeps merchants apart', async () => {
      await apply(sampleOutcome());
      await apply(sampleOutcome({ merchantId: 'other', amount: 5 }), { acknowledgeLater: true });
      await under.store.setMark('demo', 'feed', 'a');
      expect((await under.store.find('other', ['pay_1'])).get('pay_1')).toMatchObject({ amount: 5 });
      expect((await under.store.find('demo', ['pay_1'])).get('pay_1')).toMatchObject({ amount: 1999 });
      expect(await all({ ...DAY, merchantId: 'nobody' })).toEqual([]);
      expect(await under.store.mark('other', 'feed')).toBeUndefined();
      expect(await under.store.unacknowledged('demo', 10)).toEqual([]);
    });

    it('keeps marks', async () => {
      expect(await under.store.mark('demo', 'settled')).toBeUndefined();
      await under.store.setMark('demo', 'settled', 'b');
      await under.store.setMark('demo', 'settled', 'a');
      await under.store.setMark('demo', 'feed', 'c');
      expect(await under.store.mark('demo', 'settled')).toBe('a');
    });

    it('keeps the earliest `since`, in any order of writes', async () => {
      const since = async (value: string) => {
        await under.store.setMark('demo', 'since', value);
        return under.store.mark('demo', 'since');
      };
      expect(await since('2026-11-20T08:00:00.000Z')).toBe('2026-11-20T08:00:00.000Z');
      expect(await since('2026-11-20T13:00:00.000Z')).toBe('2026-11-20T08:00:00.000Z');
      expect(await since('2026-11-19T23:00:00.000Z')).toBe('2026-11-19T23:00:00.000Z');
    });

    it('remembers what is to be acknowledged until it is', async () => {
      await apply(sampleOutcome({ transactionId: 'pay_1' }), { acknowledgeLater: true });
      await apply(sampleOutcome({ transactionId: 'pay_2', version: 2 }), { acknowledgeLater: true });
      await apply(sampleOutcome({ transactionId: 'pay_3' }));
      expect(await under.store.unacknowledged('demo', 1)).toHaveLength(1);
      const first = { transactionId: 'pay_1', version: 1 };
      const second = { transactionId: 'pay_2', version: 2 };
      expect(await under.store.unacknowledged('demo', 10)).toEqual(expect.arrayContaining([first, second]));
      await under.store.acknowledged('demo', first);
      await under.store.acknowledged('demo', first);
      expect(await under.store.unacknowledged('demo', 10)).toEqual([second]);
    });
  });
}
