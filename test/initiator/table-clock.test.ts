import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skewOf as serviceSkewOf } from '../../lib/adapters/dynamodb/table/clock-check.ts';
import { skewOf } from '../../lib/initiator/outbox/table-clock.ts';

describe('the skew of an initiator’s clock', () => {
  it('is what the service would make of the same answer', () => {
    const moment = fc.integer({ min: -10_000, max: 10_000 });
    fc.assert(
      fc.property(moment, fc.nat({ max: 10_000 }), (sentMs, tookMs) => {
        const reading = { sentMs, receivedMs: sentMs + tookMs, serverMs: 0 };
        expect(skewOf(reading)).toBe(serviceSkewOf(reading));
      }),
    );
  });
});
