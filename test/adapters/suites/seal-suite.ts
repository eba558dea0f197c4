import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Seal } from '../../../lib/core/merchants/secrets/seal.ts';
import { CODE_POINT } from '../../support/code-points.ts';

export interface SealUnderTest {
  readonly seal: Seal;
  /** The same key in another process: it remembers nothing. */
  another(): Seal;
  /** From now on the key is away. */
  breakDown(): Promise<void>;
  close(): Promise<void>;
}

export function describeSeal(name: string, open: () => Promise<SealUnderTest>): void {
  describe(`Seal on ${name}`, () => {
    let under: SealUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it('opens any text that it sealed, here and in another process', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: CODE_POINT, minLength: 1, maxLength: 200 }),
          fc.string({ unit: CODE_POINT, maxLength: 60 }),
          async (secret, context) => {
            const sealed = await under.seal.seal(secret, context);
            expect(await under.seal.open(sealed, context)).toBe(secret);
            expect(await under.another().open(sealed, context)).toBe(secret);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('shows nothing of the secret, and never seals it the same way twice', async () => {
      const first = await under.seal.seal('whsec_secret', 'shop/ep_1');
      const second = await under.seal.seal('whsec_secret', 'shop/ep_1');
      expect(first).not.toBe(second);
      expect(Buffer.from(first, 'base64').toString('latin1')).not.toContain('secret');
    });

    it('opens for the context that it was sealed for, and for no other, even once opened', async () => {
      const sealed = await under.seal.seal('whsec_secret', 'shop/ep_1');
      await under.seal.open(sealed, 'shop/ep_1');
      for (const context of ['shop/ep_2', 'other/ep_1', 'shop/ep_1 ', '']) {
        await expect(under.seal.open(sealed, context)).rejects.toThrow();
      }
    });

    it('opens nothing that was changed', async () => {
      const bytes = Buffer.from(await under.seal.seal('whsec_secret', 'shop/ep_1'), 'base64');
      for (const index of [bytes.length - 1, bytes.length - 20]) {
        const changed = Buffer.from(bytes);
        changed[index] = (changed[index] ?? 0) ^ 1;
        await expect(under.seal.open(changed.toString('base64'), 'shop/ep_1')).rejects.toThrow();
      }
    });

    it('opens what it has opened before while the key is away, and says of the rest to try again', async () => {
      const opened = await under.seal.seal('whsec_one', 'shop/ep_1');
      const other = await under.seal.seal('whsec_two', 'shop/ep_1');
      await under.seal.open(opened, 'shop/ep_1');
      await under.breakDown();
      expect(await under.seal.open(opened, 'shop/ep_1')).toBe('whsec_one');
      await expect(under.seal.open(other, 'shop/ep_1')).rejects.toMatchObject({ retryable: true });
      await expect(under.seal.seal('whsec_three', 'shop/ep_1')).rejects.toMatchObject({ retryable: true });
    });
  });
}
