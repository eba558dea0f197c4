import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../lib/protocol/json/canonical-json.ts';

/** Computed by `test/vectors/content.py`, which knows nothing of this code. */
const vectors = JSON.parse(readFileSync(new URL('../../vectors/content.json', import.meta.url), 'utf8'));

describe('canonical JSON', () => {
  it('is the text of the published vectors', () => {
    expect(vectors.canonical.length).toBeGreaterThan(10);
    for (const { value, text } of vectors.canonical) expect(canonicalJson(value)).toBe(text);
  });

  it('is the same for any order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    );
  });
});
