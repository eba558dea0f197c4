import * as z from 'zod';
import type { StoredExpectation } from '../../../core/counts/counted-writes.ts';
import type { WindowExpectation } from '../../../core/feed/expectation-store.ts';
import { onFirstUse } from '../../../core/reading/on-first-use.ts';
import { storedMerchantId, storedTime } from '../../../core/reading/stored.ts';
import { expectationSk, windowPk } from './item-keys.ts';

const schema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    start: storedTime(),
    expected: z.int().nonnegative(),
    expectedBefore: z.int().nonnegative(),
  }),
);

export const expectationKey = ({ merchantId, start }: Omit<WindowExpectation, 'expected'>) => ({
  pk: windowPk(merchantId),
  sk: expectationSk(start),
});

export function expectationItem(expectation: StoredExpectation): Record<string, unknown> {
  return { ...expectationKey(expectation), ...expectation };
}

/** @throws ZodError if the item is not an expectation */
export function expectationFromItem(item: Readonly<Record<string, unknown>>): StoredExpectation {
  return schema().parse(item);
}
