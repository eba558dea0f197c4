import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  contradictedFields,
  type StatedContent,
  sameContent,
} from '../../../lib/protocol/content/content-equality.ts';

interface Vectors {
  readonly stated: StatedContent;
  readonly equal: readonly StatedContent[];
  readonly different: readonly StatedContent[];
}

/** Computed by `test/vectors/content.py`, which knows nothing of this code. */
const { stated, equal, different }: Vectors = JSON.parse(
  readFileSync(new URL('../../vectors/content.json', import.meta.url), 'utf8'),
);

describe('two contents', () => {
  it('are equal where all that they state is equal, as the published vectors have it', () => {
    expect(equal.length).toBe(2);
    for (const other of equal) expect(sameContent(stated, other)).toBe(true);
  });

  it('differ where one of them states anything else, as the published vectors have it', () => {
    expect(different.length).toBe(18);
    for (const other of different) expect(sameContent(stated, other), JSON.stringify(other)).toBe(false);
  });

  it('are equal where one has no metadata and the other has empty metadata', () => {
    const { metadata: _, ...without } = stated;
    expect(sameContent(without, { ...without, metadata: {} })).toBe(true);
    expect(sameContent(without, { ...without, metadata: { a: null } })).toBe(false);
  });
});

describe('an end that follows its PENDING', () => {
  const pending = { transactionType: 'payment', amount: 1999, currency: 'CNY', reference: 'ORDER-1' };

  it.each([
    [{}, []],
    [{ transactionType: 'refund' }, ['transactionType']],
    [{ amount: 2000, currency: 'EUR' }, ['amount', 'currency']],
    [{ reference: undefined }, ['reference']],
  ])('contradicts it with %j in %j', (changes, fields) => {
    expect(contradictedFields(pending, { ...pending, ...changes })).toEqual(fields);
  });
});
