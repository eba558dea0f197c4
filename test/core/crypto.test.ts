import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base62 } from '../../lib/core/crypto.ts';

describe('base62', () => {
  it('keeps different bytes different, at one width', () => {
    const bytes = fc.uint8Array({ minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        expect(base62(left)).toMatch(/^[A-Za-z0-9]{17}$/);
        expect(base62(left) === base62(right)).toBe(Buffer.compare(left, right) === 0);
      }),
    );
  });
});
