import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDigestSum, hashText, rowHash } from '../../lib/core/digest.ts';
import type { Outcome } from '../../lib/core/model.ts';

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
  it('has the hash of the published vector', () => {
    const row = { transactionId: 'pay_1', version: 1, status: 'SUCCEEDED', amount: 1999, currency: 'CNY' };
    expect(hashText(rowHash(row as Row))).toBe('92a4f1e8ea44a2f305b65f81b113b493');
  });

  it('is the same in whatever order the rows come', () => {
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
