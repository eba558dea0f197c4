import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDigestSum, sumBuckets, sumGroups } from '../../../lib/core/feed/digest.ts';
import type { Outcome } from '../../../lib/core/model.ts';
import { bucketOf, rowHash } from '../../../lib/protocol/row-digest.ts';

type Row = Pick<Outcome, 'transactionType' | 'transactionId' | 'version' | 'status' | 'amount' | 'currency'>;

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    transactionType: fc.constantFrom('payment', 'refund'),
    transactionId: fc.stringMatching(/^[A-Za-z0-9_:-]{1,8}$/) as unknown as fc.Arbitrary<
      Row['transactionId']
    >,
    version: fc.constantFrom(1 as const, 2 as const),
    status: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const),
    amount: fc.maxSafeNat(),
    currency: fc.constantFrom('CNY', 'EUR'),
  }),
  { maxLength: 40 },
);

const digest = (list: readonly Row[]) => {
  const sum = createDigestSum();
  for (const row of list) sum.add(row);
  return sum;
};
const total = (hashes: readonly { readonly hash: string }[]) =>
  hashes.reduce((sum, { hash }) => (sum + BigInt(`0x${hash}`)) % (1n << 128n), 0n);

describe('a digest', () => {
  it('is the same for any order of rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        expect(digest([...list].reverse()).groups()).toEqual(digest(list).groups());
      }),
    );
  });

  it('adds up: of two parts to the whole, of groups and of buckets to the same', () => {
    fc.assert(
      fc.property(rows, rows, (left, right) => {
        const [a, b, whole] = [digest(left), digest(right), digest([...left, ...right])];
        expect((total(a.groups()) + total(b.groups())) % (1n << 128n)).toBe(total(whole.groups()));
        expect(total(whole.buckets())).toBe(total(whole.groups()));
        expect(whole.groups().reduce((sum, { count }) => sum + count, 0)).toBe(whole.count);
      }),
    );
  });

  it('of windows together is the digest of all their rows, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 5 }), (windows) => {
        const whole = digest(windows.flat());
        expect(sumGroups(windows.map((window) => digest(window).groups()))).toEqual(whole.groups());
      }),
    );
  });

  it('of the buckets that a type filter lets through is that of the rows that it lets through', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('payment', 'refund', 'none'), (list, type) => {
        const filterMatches = ({ transactionType }: { readonly transactionType: string }) =>
          transactionType === type;
        const buckets = sumBuckets(digest(list).buckets(), filterMatches);
        for (const { bucket, count, hash } of buckets) {
          const own = list.filter((row) => filterMatches(row) && bucketOf(row.transactionId) === bucket);
          expect({ count, hash: BigInt(`0x${hash}`) }).toEqual({
            count: own.length,
            hash: total(digest(own).groups()),
          });
        }
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(list.filter(filterMatches).length);
        expect(buckets.map(({ bucket }) => bucket)).toEqual(
          [...new Set(buckets.map(({ bucket }) => bucket))].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('changes with every field of a row', () => {
    const row = {
      transactionId: 'pay_1',
      version: 1,
      status: 'SUCCEEDED',
      amount: 1999,
      currency: 'CNY',
    } as Row;
    const changes = [
      { transactionId: 'pay_2' },
      { version: 2 },
      { status: 'FAILED' },
      { amount: 2000 },
      { currency: 'EUR' },
    ] as Partial<Row>[];
    const hashes = new Set([row, ...changes.map((change) => ({ ...row, ...change }))].map(rowHash));
    expect(hashes.size).toBe(changes.length + 1);
  });
});
