import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketOf,
  createDigestSum,
  groupOf,
  hashText,
  sameDigest,
  timeHash,
} from '../../lib/protocol/row-digest.ts';

/** Computed by `test/vectors/digest.py`, which knows nothing of this code. */
const vectors = JSON.parse(readFileSync(new URL('../vectors/digest.json', import.meta.url), 'utf8'));

const row = {
  transactionId: 'pay_1',
  version: 1,
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
};
const rows = fc.array(
  fc.record({
    transactionId: fc.string({ minLength: 1, maxLength: 8 }),
    version: fc.constantFrom(1, 2),
    transactionType: fc.constantFrom('payment', 'refund'),
    status: fc.constantFrom('SUCCEEDED', 'FAILED'),
    amount: fc.maxSafeNat(),
    currency: fc.constantFrom('CNY', 'EUR'),
  }),
  { maxLength: 30 },
);
const digestOf = (list: readonly (typeof row)[]) => {
  const sum = createDigestSum();
  for (const one of list) sum.addRow(one);
  return sum.digest();
};

describe('a digest of rows', () => {
  it('has the hash and the bucket of the published vectors', () => {
    expect(vectors.rows.length).toBeGreaterThan(256);
    expect(hashText(groupOf(row).hash)).toBe('92a4f1e8ea44a2f305b65f81b113b493');
    for (const { hash, bucket, ...vector } of vectors.rows) {
      expect(hashText(groupOf(vector).hash)).toBe(hash);
      expect(bucketOf(vector.transactionId)).toBe(bucket);
    }
  });

  it('has the hash of times that another language computes', () => {
    const listedAt = '2026-11-20T08:00:00.000Z';
    expect(hashText(timeHash({ transactionId: 'pay_1', version: 1, listedAt }))).toBe(
      '767d02ee7a95b82dfef01f134c83ad1f',
    );
  });

  it('does not depend on the order of rows, and adds up from parts', () => {
    fc.assert(
      fc.property(rows, rows, (left, right) => {
        const parts = createDigestSum();
        parts.addDigest(digestOf(right));
        parts.addDigest(digestOf(left));
        expect(parts.digest()).toEqual(digestOf([...left, ...right]));
        expect(sameDigest(digestOf([...left].reverse()), digestOf(left))).toBe(true);
      }),
    );
  });

  it('differs where a row is missing, or says something else', () => {
    fc.assert(
      fc.property(
        rows.filter(({ length }) => length > 0),
        fc.nat(),
        (list, at) => {
          const index = at % list.length;
          const changed = list.map((one, other) => (other === index ? { ...one, version: 3 } : one));
          expect(sameDigest(digestOf(list.toSpliced(index, 1)), digestOf(list))).toBe(false);
          expect(sameDigest(digestOf(changed), digestOf(list))).toBe(false);
        },
      ),
    );
  });
});
