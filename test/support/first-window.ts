import { type Outcome, outcomeSchema } from '../../lib/core/model.ts';
import { payment, START_MS } from './world.ts';

/** Span of the first window in which outcomes are listed, in milliseconds. */
const SPAN_MS = 290_000;

/**
 * Returns payments `pay_0`, `pay_1`… of the merchant `demo` as the table stores them, a millisecond apart in the
 * first window.
 */
export function firstWindow(
  count: number,
  changes: (index: number) => object = () => ({}),
): readonly Outcome[] {
  return Array.from({ length: count }, (_, index) => {
    const listedAt = new Date(START_MS + (index % SPAN_MS)).toISOString();
    return outcomeSchema().parse({
      merchantId: 'demo',
      transactionId: `pay_${index}`,
      version: 1,
      ...payment({ amount: index }),
      recordedAt: listedAt,
      listedAt,
      ...changes(index),
    });
  });
}
