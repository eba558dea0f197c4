import { describe, expect, it } from 'vitest';
import { anyFilterMatches, EVENT_FILTER, eventTypeOf, webhookIdOf } from '../../lib/protocol/event-names.ts';
import { matches } from '../../lib/protocol/id-forms.ts';

const payment = { transactionType: 'payment', status: 'SUCCEEDED' };

describe('the type of an event', () => {
  it('is made of the transaction type and the status', () => {
    expect(eventTypeOf(payment)).toBe('payment.succeeded');
  });

  it.each([
    [['*'], true],
    [['payment.*'], true],
    [['refund.*', 'payment.succeeded'], true],
    [['payment.failed'], false],
    [['pay.*'], false],
    [[], false],
  ])('is let through by %j: %j', (filters, isLet) => {
    expect(anyFilterMatches(filters, payment)).toBe(isLet);
  });

  it.each(['*', 'payment.*', 'a-b_1.closed'])('may be filtered by %s', (filter) => {
    expect(matches(EVENT_FILTER, filter)).toBe(true);
  });

  it.each(['', '**', 'payment', 'payment.', '*.failed', 'payment.pending', 'Payment.*', 'payment.*\n'])(
    'may not be filtered by %j',
    (filter) => expect(matches(EVENT_FILTER, filter)).toBe(false),
  );
});

describe('the id of a callback', () => {
  it('is the one that another language computes', () => {
    expect(webhookIdOf({ merchantId: 'demo', transactionId: 'pay_1', version: 2 })).toBe(
      'msg_548ea9c3e6a1d09861577dfbba4244fd',
    );
  });
});
